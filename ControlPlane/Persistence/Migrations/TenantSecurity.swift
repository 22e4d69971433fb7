/// Forced row-level security for tables with a `tenant_id`: whoever asks sees the rows of the tenants in its
/// scope, and nobody is exempt. A step of many migrations, whose text is theirs for good: what was
/// applied is known by its checksum.
/// - Parameter tables: quoted for SQL, with commas between.
func securityOfTenants(tables: String) -> String {
  """
  DO $$
  DECLARE name text;
  BEGIN
    FOREACH name IN ARRAY ARRAY[\(tables)] LOOP
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
      EXECUTE format('DROP POLICY IF EXISTS within_scope ON %I', name);
      EXECUTE format('CREATE POLICY within_scope ON %I USING (scope_is_platform()
        OR tenant_id = scope_tenant() OR tenant_id IN (SELECT t.tenant_id FROM tenants t
          WHERE t.reseller_id = scope_reseller()))', name);
    END LOOP;
  END
  $$;
  """
}
