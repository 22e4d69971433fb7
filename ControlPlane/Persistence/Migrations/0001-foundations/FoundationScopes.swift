extension FoundationSQL {
  /// What `SET LOCAL tandem.scope` says: `platform`, `reseller:UUID` or `tenant:UUID`. Without it
  /// every function answers NULL or false, and no policy lets a row through. A setting that was
  /// local to an earlier transaction reads as an empty string.
  static let scopes = """
    CREATE OR REPLACE FUNCTION scope_is_platform() RETURNS boolean LANGUAGE sql STABLE AS $$
      SELECT coalesce(current_setting('tandem.scope', true) = 'platform', false)
    $$;

    CREATE OR REPLACE FUNCTION scope_reseller() RETURNS uuid LANGUAGE sql STABLE AS $$
      SELECT CASE WHEN current_setting('tandem.scope', true) LIKE 'reseller:%'
        THEN substr(current_setting('tandem.scope', true), 10)::uuid END
    $$;

    CREATE OR REPLACE FUNCTION scope_tenant() RETURNS uuid LANGUAGE sql STABLE AS $$
      SELECT CASE WHEN current_setting('tandem.scope', true) LIKE 'tenant:%'
        THEN substr(current_setting('tandem.scope', true), 8)::uuid END
    $$;

    CREATE OR REPLACE FUNCTION scope_is_set() RETURNS boolean LANGUAGE sql STABLE AS $$
      SELECT scope_is_platform() OR scope_reseller() IS NOT NULL OR scope_tenant() IS NOT NULL
    $$;
    """
}
