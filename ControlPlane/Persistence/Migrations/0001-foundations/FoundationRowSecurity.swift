extension FoundationSQL {
  /// Forced, so that not even the owner reads around them. A table of a tenant is one that has
  /// `tenant_id`; the tests look them up in the catalogue, so none can be forgotten.
  static let rowSecurity = """
    DO $$
    DECLARE
      name text;
      condition text;
      conditions jsonb := jsonb_build_object(
        'resellers', 'reseller_id = scope_reseller()',
        'price_lists', 'reseller_id = scope_reseller()',
        'trunks', 'reseller_id = scope_reseller()',
        'rates', 'price_list_id IN (SELECT l.price_list_id FROM price_lists l
          WHERE l.reseller_id = scope_reseller())',
        'tenants', 'reseller_id = scope_reseller() OR tenant_id = scope_tenant()',
        'api_keys', 'reseller_id = scope_reseller() OR tenant_id = scope_tenant()
          OR tenant_id IN (SELECT t.tenant_id FROM tenants t
            WHERE t.reseller_id = scope_reseller())');
      of_tenant text := 'tenant_id = scope_tenant() OR tenant_id IN (SELECT t.tenant_id
        FROM tenants t WHERE t.reseller_id = scope_reseller())';
    BEGIN
      FOREACH name IN ARRAY ARRAY['extensions', 'numbers', 'facts', 'calls', 'cdrs', 'charges',
        'ledger_entries']
      LOOP
        conditions := conditions || jsonb_build_object(name, of_tenant);
      END LOOP;
      FOR name, condition IN SELECT * FROM jsonb_each_text(conditions) LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('DROP POLICY IF EXISTS within_scope ON %I', name);
        EXECUTE format('CREATE POLICY within_scope ON %I USING (scope_is_platform() OR %s)',
          name, condition);
      END LOOP;
      FOREACH name IN ARRAY ARRAY['sites', 'nodes', 'service_addresses'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('DROP POLICY IF EXISTS operators_write ON %I', name);
        EXECUTE format('CREATE POLICY operators_write ON %I USING (scope_is_platform())', name);
        EXECUTE format('DROP POLICY IF EXISTS scoped_read ON %I', name);
        EXECUTE format('CREATE POLICY scoped_read ON %I FOR SELECT USING (scope_is_set())', name);
      END LOOP;
    END
    $$;

    -- A reseller or tenant may see itself, and only operators make resellers.
    DROP POLICY IF EXISTS operators_insert ON resellers;
    CREATE POLICY operators_insert ON resellers AS RESTRICTIVE FOR INSERT
      WITH CHECK (scope_is_platform());
    DROP POLICY IF EXISTS sellers_insert ON tenants;
    CREATE POLICY sellers_insert ON tenants AS RESTRICTIVE FOR INSERT
      WITH CHECK (scope_is_platform() OR reseller_id = scope_reseller());
    """
}
