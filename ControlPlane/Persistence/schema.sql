SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.announce_mailboxes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM pg_notify('tandem_mailbox', c.tenant_id::text || ' ' || c.extension_id::text)
    FROM (SELECT DISTINCT tenant_id, extension_id FROM changed) c;
  RETURN NULL;
END
$$;
ALTER FUNCTION public.announce_mailboxes() OWNER TO tandem_owner;
CREATE FUNCTION public.announce_tenant() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NEW.revision <> OLD.revision THEN
    PERFORM pg_notify('tandem_tenant', NEW.tenant_id::text);
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION public.announce_tenant() OWNER TO tandem_owner;
CREATE FUNCTION public.forget_sounds() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  DELETE FROM stored_sounds s USING gone g
    WHERE s.tenant_id = g.tenant_id AND s.sound_id = g.message_id;
  RETURN NULL;
END
$$;
ALTER FUNCTION public.forget_sounds() OWNER TO tandem_owner;
CREATE FUNCTION public.keep_what_is_held() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.held_at IS NULL THEN RETURN OLD; END IF;
  ELSIF OLD.held_at IS NULL OR NEW.deleted_at IS NULL THEN
    RETURN NEW;
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION public.keep_what_is_held() OWNER TO tandem_owner;
CREATE FUNCTION public.raise_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NEW.revision <= OLD.revision AND (NEW.domain, NEW.home_address, NEW.country_code,
    NEW.national_prefix, NEW.international_prefix, NEW.emergency_numbers,
    NEW.ring_timeout_seconds, NEW.time_zone, NEW.deleted_at)
    IS DISTINCT FROM (OLD.domain, OLD.home_address, OLD.country_code, OLD.national_prefix,
    OLD.international_prefix, OLD.emergency_numbers, OLD.ring_timeout_seconds, OLD.time_zone,
    OLD.deleted_at)
  THEN
    NEW.revision := OLD.revision + 1;
  END IF;
  RETURN NEW;
END
$$;
ALTER FUNCTION public.raise_revision() OWNER TO tandem_owner;
CREATE FUNCTION public.raise_revision_of_resellers_tenants() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE tenants SET revision = revision + 1 WHERE tenant_id IN (
    SELECT t.tenant_id FROM tenants t
    WHERE t.reseller_id IN (SELECT c.reseller_id FROM changed c)
    ORDER BY t.tenant_id FOR NO KEY UPDATE);
  RETURN NULL;
END
$$;
ALTER FUNCTION public.raise_revision_of_resellers_tenants() OWNER TO tandem_owner;
CREATE FUNCTION public.raise_revision_of_tenants() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE tenants SET revision = revision + 1 WHERE tenant_id IN (
    SELECT t.tenant_id FROM tenants t
    WHERE t.tenant_id IN (SELECT c.tenant_id FROM changed c)
    ORDER BY t.tenant_id FOR NO KEY UPDATE);
  RETURN NULL;
END
$$;
ALTER FUNCTION public.raise_revision_of_tenants() OWNER TO tandem_owner;
CREATE FUNCTION public.scope_is_platform() RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  SELECT coalesce(current_setting('tandem.scope', true) = 'platform', false)
$$;
ALTER FUNCTION public.scope_is_platform() OWNER TO tandem_owner;
CREATE FUNCTION public.scope_is_set() RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  SELECT scope_is_platform() OR scope_reseller() IS NOT NULL OR scope_tenant() IS NOT NULL
$$;
ALTER FUNCTION public.scope_is_set() OWNER TO tandem_owner;
CREATE FUNCTION public.scope_reseller() RETURNS uuid
    LANGUAGE sql STABLE
    AS $$
  SELECT CASE WHEN current_setting('tandem.scope', true) LIKE 'reseller:%'
    THEN substr(current_setting('tandem.scope', true), 10)::uuid END
$$;
ALTER FUNCTION public.scope_reseller() OWNER TO tandem_owner;
CREATE FUNCTION public.scope_tenant() RETURNS uuid
    LANGUAGE sql STABLE
    AS $$
  SELECT CASE WHEN current_setting('tandem.scope', true) LIKE 'tenant:%'
    THEN substr(current_setting('tandem.scope', true), 8)::uuid END
$$;
ALTER FUNCTION public.scope_tenant() OWNER TO tandem_owner;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.answering_rules (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    "position" smallint NOT NULL,
    name text NOT NULL,
    occasion text NOT NULL,
    patience_seconds smallint,
    callers text NOT NULL,
    numbers text[] NOT NULL,
    hours smallint[],
    outside_hours boolean NOT NULL,
    called text[] NOT NULL,
    action text NOT NULL,
    target text,
    holidays text,
    greeting_id uuid,
    contact_group text,
    CONSTRAINT answering_rules_action_check CHECK ((action = ANY (ARRAY['ring'::text, 'follow-me'::text, 'forward'::text, 'busy'::text, 'decline'::text, 'voicemail'::text]))),
    CONSTRAINT answering_rules_callers_check CHECK ((callers = ANY (ARRAY['anyone'::text, 'colleagues'::text, 'outside'::text, 'withheld'::text, 'numbers'::text, 'contacts'::text, 'group'::text, 'vip'::text, 'strangers'::text]))),
    CONSTRAINT answering_rules_check CHECK (((occasion = 'no-answer'::text) = (patience_seconds IS NOT NULL))),
    CONSTRAINT answering_rules_check1 CHECK (((action = 'forward'::text) = (target IS NOT NULL))),
    CONSTRAINT answering_rules_check2 CHECK (((holidays IS NULL) OR (hours IS NOT NULL))),
    CONSTRAINT answering_rules_group_check CHECK (((callers = 'group'::text) = (contact_group IS NOT NULL))),
    CONSTRAINT answering_rules_hours_check CHECK (((cardinality(hours) % 3) = 0)),
    CONSTRAINT answering_rules_occasion_check CHECK ((occasion = ANY (ARRAY['always'::text, 'offline'::text, 'busy'::text, 'no-answer'::text]))),
    CONSTRAINT answering_rules_patience_seconds_check CHECK (((patience_seconds >= 1) AND (patience_seconds <= 300))),
    CONSTRAINT answering_rules_position_check CHECK (("position" >= 0))
);
ALTER TABLE ONLY public.answering_rules FORCE ROW LEVEL SECURITY;
ALTER TABLE public.answering_rules OWNER TO tandem_owner;
CREATE TABLE public.answering_switches (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    kind text NOT NULL,
    is_on boolean NOT NULL,
    target text,
    patience_milliseconds bigint,
    changed_at_milliseconds bigint NOT NULL,
    CONSTRAINT answering_switches_check CHECK (((NOT is_on) OR (kind = ANY (ARRAY['do-not-disturb'::text, 'queue-login'::text, 'queue-pause'::text, 'night'::text])) OR (target IS NOT NULL))),
    CONSTRAINT answering_switches_kind_check CHECK ((kind = ANY (ARRAY['do-not-disturb'::text, 'forward-always'::text, 'forward-busy'::text, 'forward-no-answer'::text, 'queue-login'::text, 'queue-pause'::text, 'night'::text]))),
    CONSTRAINT answering_switches_patience_milliseconds_check CHECK ((patience_milliseconds > 0))
);
ALTER TABLE ONLY public.answering_switches FORCE ROW LEVEL SECURITY;
ALTER TABLE public.answering_switches OWNER TO tandem_owner;
CREATE TABLE public.api_keys (
    key_id uuid NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    reseller_id uuid,
    tenant_id uuid,
    secret_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT api_keys_check CHECK (
CASE role
    WHEN 'operator'::text THEN ((reseller_id IS NULL) AND (tenant_id IS NULL))
    WHEN 'reseller'::text THEN ((reseller_id IS NOT NULL) AND (tenant_id IS NULL))
    WHEN 'tenant'::text THEN ((reseller_id IS NULL) AND (tenant_id IS NOT NULL))
    ELSE false
END)
);
ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE public.api_keys OWNER TO tandem_owner;
CREATE TABLE public.call_flow_drafts (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    flow bytea NOT NULL,
    saved_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.call_flow_drafts FORCE ROW LEVEL SECURITY;
ALTER TABLE public.call_flow_drafts OWNER TO tandem_owner;
CREATE TABLE public.call_flow_sounds (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    sound_id uuid NOT NULL
);
ALTER TABLE ONLY public.call_flow_sounds FORCE ROW LEVEL SECURITY;
ALTER TABLE public.call_flow_sounds OWNER TO tandem_owner;
CREATE TABLE public.call_flow_targets (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    target_id uuid NOT NULL
);
ALTER TABLE ONLY public.call_flow_targets FORCE ROW LEVEL SECURITY;
ALTER TABLE public.call_flow_targets OWNER TO tandem_owner;
CREATE TABLE public.call_flow_versions (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    version integer NOT NULL,
    flow bytea NOT NULL,
    note text NOT NULL,
    published_at timestamp with time zone NOT NULL,
    CONSTRAINT call_flow_versions_note_check CHECK ((length(note) <= 100)),
    CONSTRAINT call_flow_versions_version_check CHECK ((version > 0))
);
ALTER TABLE ONLY public.call_flow_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.call_flow_versions OWNER TO tandem_owner;
CREATE TABLE public.call_flows (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    version integer NOT NULL
);
ALTER TABLE ONLY public.call_flows FORCE ROW LEVEL SECURITY;
ALTER TABLE public.call_flows OWNER TO tandem_owner;
CREATE TABLE public.call_recordings (
    tenant_id uuid NOT NULL,
    recording_id uuid NOT NULL,
    call_id uuid NOT NULL,
    parties text NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    interruptions integer NOT NULL,
    ending text,
    milliseconds bigint DEFAULT 0 NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL,
    deleted_at timestamp with time zone,
    rule_id uuid,
    retention_days smallint,
    held_at timestamp with time zone,
    hold_reason text,
    CONSTRAINT call_recordings_ending_check CHECK ((ending = ANY (ARRAY['stopped'::text, 'call-ended'::text]))),
    CONSTRAINT call_recordings_parties_check CHECK ((parties = ANY (ARRAY['both'::text, 'caller'::text, 'called'::text])))
);
ALTER TABLE ONLY public.call_recordings FORCE ROW LEVEL SECURITY;
ALTER TABLE public.call_recordings OWNER TO tandem_owner;
CREATE TABLE public.calls (
    call_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    direction text,
    from_number text,
    to_number text,
    started_at timestamp with time zone,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    outcome text,
    CONSTRAINT calls_direction_check CHECK ((direction = ANY (ARRAY['internal'::text, 'incoming'::text, 'outgoing'::text])))
);
ALTER TABLE ONLY public.calls FORCE ROW LEVEL SECURITY;
ALTER TABLE public.calls OWNER TO tandem_owner;
CREATE TABLE public.cdrs (
    leg_id uuid NOT NULL,
    call_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    direction text NOT NULL,
    extension_id uuid,
    extension_number text,
    trunk_id uuid,
    from_number text NOT NULL,
    to_number text NOT NULL,
    sip_call_id text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    rung_at timestamp with time zone,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone NOT NULL,
    talk_milliseconds bigint NOT NULL,
    outcome text NOT NULL,
    evidence text NOT NULL,
    ended_by text NOT NULL,
    node text NOT NULL,
    charge_revision integer,
    unrated text,
    packets bigint,
    packets_lost bigint,
    jitter_microseconds bigint,
    round_trip_microseconds bigint,
    opinion_hundredths integer,
    CONSTRAINT cdrs_check CHECK (((extension_id IS NULL) <> (trunk_id IS NULL))),
    CONSTRAINT cdrs_direction_check CHECK ((direction = ANY (ARRAY['incoming'::text, 'outgoing'::text]))),
    CONSTRAINT cdrs_talk_milliseconds_check CHECK ((talk_milliseconds >= 0))
);
ALTER TABLE ONLY public.cdrs FORCE ROW LEVEL SECURITY;
ALTER TABLE public.cdrs OWNER TO tandem_owner;
CREATE TABLE public.charges (
    leg_id uuid NOT NULL,
    kind text NOT NULL,
    revision integer NOT NULL,
    tenant_id uuid NOT NULL,
    amount numeric(19,6) NOT NULL,
    currency text NOT NULL,
    price_list_id uuid NOT NULL,
    prefix text NOT NULL,
    per_minute numeric(19,9) NOT NULL,
    connection numeric(19,9) NOT NULL,
    initial_seconds integer NOT NULL,
    increment_seconds integer NOT NULL,
    billed_seconds bigint NOT NULL,
    posted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT charges_kind_check CHECK ((kind = 'usage'::text)),
    CONSTRAINT charges_revision_check CHECK ((revision >= 1))
);
ALTER TABLE ONLY public.charges FORCE ROW LEVEL SECURITY;
ALTER TABLE public.charges OWNER TO tandem_owner;
CREATE TABLE public.contact_numbers (
    tenant_id uuid NOT NULL,
    number text NOT NULL,
    contact_id uuid NOT NULL,
    "position" smallint NOT NULL,
    CONSTRAINT contact_numbers_number_check CHECK ((number ~ '^\+[1-9][0-9]{1,14}$'::text)),
    CONSTRAINT contact_numbers_position_check CHECK (("position" >= 0))
);
ALTER TABLE ONLY public.contact_numbers FORCE ROW LEVEL SECURITY;
ALTER TABLE public.contact_numbers OWNER TO tandem_owner;
CREATE TABLE public.contacts (
    tenant_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    name text NOT NULL,
    groups text[] NOT NULL,
    is_vip boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT contacts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);
ALTER TABLE ONLY public.contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE public.contacts OWNER TO tandem_owner;
CREATE TABLE public.drills (
    drill_id uuid NOT NULL,
    fault text NOT NULL,
    target text NOT NULL,
    ordered_at timestamp with time zone NOT NULL,
    ordered_by uuid NOT NULL,
    verdict text,
    document jsonb NOT NULL,
    CONSTRAINT drills_verdict_check CHECK ((verdict = ANY (ARRAY['kept'::text, 'broken'::text, 'refused'::text, 'aborted'::text, 'failed'::text])))
);
ALTER TABLE ONLY public.drills FORCE ROW LEVEL SECURITY;
ALTER TABLE public.drills OWNER TO tandem_owner;
CREATE TABLE public.extensions (
    extension_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    number text NOT NULL,
    display_name text NOT NULL,
    outside_number text,
    ha1_sha256 text,
    ha1_md5 text,
    created_at timestamp with time zone NOT NULL,
    may_supervise boolean DEFAULT false NOT NULL,
    CONSTRAINT extensions_ha1_md5_check CHECK (((ha1_md5 COLLATE "C") ~ '^[0-9a-f]{32}$'::text)),
    CONSTRAINT extensions_ha1_sha256_check CHECK (((ha1_sha256 COLLATE "C") ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT extensions_number_check CHECK (((number COLLATE "C") ~ '^[0-9]{2,6}$'::text)),
    CONSTRAINT extensions_outside_number_check CHECK (((outside_number COLLATE "C") ~ '^[+][1-9][0-9]{1,14}$'::text))
);
ALTER TABLE ONLY public.extensions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.extensions OWNER TO tandem_owner;
CREATE TABLE public.facts (
    spool_id uuid NOT NULL,
    sequence bigint NOT NULL,
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    leg_id uuid NOT NULL,
    boot uuid NOT NULL,
    boot_nanoseconds bigint NOT NULL,
    wall_milliseconds bigint NOT NULL,
    observer text NOT NULL,
    epoch_generation bigint NOT NULL,
    epoch_revision bigint NOT NULL,
    kind text NOT NULL,
    direction text,
    extension_id uuid,
    extension_number text,
    trunk_id uuid,
    from_number text,
    to_number text,
    sip_call_id text,
    is_held boolean,
    outcome text,
    evidence text,
    ended_by text,
    quarantine text,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    packets bigint,
    packets_lost bigint,
    jitter_microseconds bigint,
    round_trip_microseconds bigint,
    opinion_hundredths integer,
    switch_kind text,
    switch_is_on boolean,
    switch_target text,
    switch_patience_milliseconds bigint,
    switch_changed_at_milliseconds bigint,
    CONSTRAINT facts_kind_check CHECK ((kind = ANY (ARRAY['offered'::text, 'rung'::text, 'answered'::text, 'held'::text, 'ended'::text, 'adopted'::text, 'measured'::text, 'switched'::text])))
);
ALTER TABLE ONLY public.facts FORCE ROW LEVEL SECURITY;
ALTER TABLE public.facts OWNER TO tandem_owner;
CREATE TABLE public.feature_codes (
    tenant_id uuid NOT NULL,
    feature text NOT NULL,
    code text,
    CONSTRAINT feature_codes_code_check CHECK ((code ~ '^[*0-9]{2,8}$'::text))
);
ALTER TABLE ONLY public.feature_codes FORCE ROW LEVEL SECURITY;
ALTER TABLE public.feature_codes OWNER TO tandem_owner;
CREATE TABLE public.follow_me_steps (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    "position" smallint NOT NULL,
    rings_for_seconds smallint NOT NULL,
    confirms boolean NOT NULL,
    CONSTRAINT follow_me_steps_position_check CHECK (("position" >= 0)),
    CONSTRAINT follow_me_steps_rings_for_seconds_check CHECK (((rings_for_seconds >= 1) AND (rings_for_seconds <= 300)))
);
ALTER TABLE ONLY public.follow_me_steps FORCE ROW LEVEL SECURITY;
ALTER TABLE public.follow_me_steps OWNER TO tandem_owner;
CREATE TABLE public.follow_me_targets (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    step smallint NOT NULL,
    "position" smallint NOT NULL,
    kind text NOT NULL,
    colleague_id uuid,
    number text,
    CONSTRAINT follow_me_targets_check CHECK (((kind = 'extension'::text) = (colleague_id IS NOT NULL))),
    CONSTRAINT follow_me_targets_check1 CHECK (((kind = 'outside'::text) = (number IS NOT NULL))),
    CONSTRAINT follow_me_targets_kind_check CHECK ((kind = ANY (ARRAY['own'::text, 'extension'::text, 'outside'::text]))),
    CONSTRAINT follow_me_targets_position_check CHECK (("position" >= 0))
);
ALTER TABLE ONLY public.follow_me_targets FORCE ROW LEVEL SECURITY;
ALTER TABLE public.follow_me_targets OWNER TO tandem_owner;
CREATE TABLE public.idempotency_keys (
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    made uuid NOT NULL,
    used_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_keys_key_check CHECK (((octet_length(key) >= 1) AND (octet_length(key) <= 255)))
);
ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE public.idempotency_keys OWNER TO tandem_owner;
CREATE TABLE public.ledger_entries (
    entry_id bigint NOT NULL,
    tenant_id uuid NOT NULL,
    leg_id uuid NOT NULL,
    kind text NOT NULL,
    revision integer NOT NULL,
    posting text NOT NULL,
    amount numeric(19,6) NOT NULL,
    currency text NOT NULL,
    posted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ledger_entries_posting_check CHECK ((posting = ANY (ARRAY['charge'::text, 'reversal'::text])))
);
ALTER TABLE ONLY public.ledger_entries FORCE ROW LEVEL SECURITY;
ALTER TABLE public.ledger_entries OWNER TO tandem_owner;
ALTER TABLE public.ledger_entries ALTER COLUMN entry_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ledger_entries_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mailbox_messages (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    call_id uuid NOT NULL,
    caller text NOT NULL,
    caller_name text NOT NULL,
    left_at timestamp with time zone NOT NULL,
    ending text,
    state text DEFAULT 'new'::text NOT NULL,
    milliseconds bigint DEFAULT 0 NOT NULL,
    deleted_at timestamp with time zone,
    forwarded_by text,
    forwarded_at timestamp with time zone,
    CONSTRAINT mailbox_messages_ending_check CHECK ((ending = ANY (ARRAY['hung-up'::text, 'key'::text, 'silence'::text, 'longest'::text, 'cut'::text]))),
    CONSTRAINT mailbox_messages_forwarded_check CHECK (((forwarded_by IS NULL) = (forwarded_at IS NULL))),
    CONSTRAINT mailbox_messages_state_check CHECK ((state = ANY (ARRAY['new'::text, 'heard'::text, 'saved'::text])))
);
ALTER TABLE ONLY public.mailbox_messages FORCE ROW LEVEL SECURITY;
ALTER TABLE public.mailbox_messages OWNER TO tandem_owner;
CREATE TABLE public.mailbox_pins (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    salt bytea NOT NULL,
    digest bytea NOT NULL,
    failures smallint DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone
);
ALTER TABLE ONLY public.mailbox_pins FORCE ROW LEVEL SECURITY;
ALTER TABLE public.mailbox_pins OWNER TO tandem_owner;
CREATE TABLE public.mailboxes (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    longest_message_seconds smallint NOT NULL,
    most_messages smallint NOT NULL,
    retention_days smallint,
    is_full boolean DEFAULT false NOT NULL,
    greeting_id uuid,
    CONSTRAINT mailboxes_longest_message_seconds_check CHECK (((longest_message_seconds >= 10) AND (longest_message_seconds <= 900))),
    CONSTRAINT mailboxes_most_messages_check CHECK (((most_messages >= 1) AND (most_messages <= 1000))),
    CONSTRAINT mailboxes_retention_days_check CHECK (((retention_days >= 1) AND (retention_days <= 3650)))
);
ALTER TABLE ONLY public.mailboxes FORCE ROW LEVEL SECURITY;
ALTER TABLE public.mailboxes OWNER TO tandem_owner;
CREATE TABLE public.menu_choices (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    key text NOT NULL,
    action text NOT NULL,
    target_id uuid,
    target text,
    CONSTRAINT menu_choices_action_check CHECK ((action = ANY (ARRAY['extension'::text, 'mailbox'::text, 'outside'::text, 'room'::text, 'hang-up'::text]))),
    CONSTRAINT menu_choices_check CHECK (((target_id IS NOT NULL) = (action = ANY (ARRAY['extension'::text, 'mailbox'::text])))),
    CONSTRAINT menu_choices_check1 CHECK (((target IS NOT NULL) = (action = ANY (ARRAY['outside'::text, 'room'::text])))),
    CONSTRAINT menu_choices_key_check CHECK ((key ~ '^[0-9*#]?$'::text))
);
ALTER TABLE ONLY public.menu_choices FORCE ROW LEVEL SECURITY;
ALTER TABLE public.menu_choices OWNER TO tandem_owner;
CREATE TABLE public.menus (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    prompt_id uuid,
    language text,
    takes_extensions boolean NOT NULL,
    patience_seconds smallint NOT NULL,
    repeats smallint NOT NULL,
    CONSTRAINT menus_language_check CHECK ((language ~ '^[a-z]{2}$'::text)),
    CONSTRAINT menus_patience_seconds_check CHECK (((patience_seconds >= 1) AND (patience_seconds <= 60))),
    CONSTRAINT menus_repeats_check CHECK (((repeats >= 0) AND (repeats <= 9)))
);
ALTER TABLE ONLY public.menus FORCE ROW LEVEL SECURITY;
ALTER TABLE public.menus OWNER TO tandem_owner;
CREATE TABLE public.nodes (
    name text NOT NULL,
    site text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT nodes_name_check CHECK (((name COLLATE "C") ~ '^[a-z0-9-]{1,32}$'::text))
);
ALTER TABLE ONLY public.nodes FORCE ROW LEVEL SECURITY;
ALTER TABLE public.nodes OWNER TO tandem_owner;
CREATE TABLE public.numbers (
    number_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    number text NOT NULL,
    extension_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    display text,
    CONSTRAINT numbers_display_check CHECK (((length(display) >= 1) AND (length(display) <= 100))),
    CONSTRAINT numbers_number_check CHECK (((number COLLATE "C") ~ '^[+][1-9][0-9]{1,14}$'::text))
);
ALTER TABLE ONLY public.numbers FORCE ROW LEVEL SECURITY;
ALTER TABLE public.numbers OWNER TO tandem_owner;
CREATE TABLE public.paging_group_members (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    "position" smallint NOT NULL,
    member_id uuid NOT NULL,
    CONSTRAINT paging_group_members_position_check CHECK (("position" >= 0))
);
ALTER TABLE ONLY public.paging_group_members FORCE ROW LEVEL SECURITY;
ALTER TABLE public.paging_group_members OWNER TO tandem_owner;
CREATE TABLE public.paging_group_pagers (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    "position" smallint NOT NULL,
    member_id uuid NOT NULL,
    CONSTRAINT paging_group_pagers_position_check CHECK (("position" >= 0))
);
ALTER TABLE ONLY public.paging_group_pagers FORCE ROW LEVEL SECURITY;
ALTER TABLE public.paging_group_pagers OWNER TO tandem_owner;
CREATE TABLE public.paging_groups (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    is_restricted boolean NOT NULL,
    talks_back boolean NOT NULL,
    longest_seconds smallint NOT NULL,
    CONSTRAINT paging_groups_longest_seconds_check CHECK (((longest_seconds >= 5) AND (longest_seconds <= 3600)))
);
ALTER TABLE ONLY public.paging_groups FORCE ROW LEVEL SECURITY;
ALTER TABLE public.paging_groups OWNER TO tandem_owner;
CREATE TABLE public.price_lists (
    price_list_id uuid NOT NULL,
    reseller_id uuid NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    rounding text NOT NULL,
    decimals integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT price_lists_currency_check CHECK (((currency COLLATE "C") ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT price_lists_decimals_check CHECK (((decimals >= 0) AND (decimals <= 6))),
    CONSTRAINT price_lists_rounding_check CHECK ((rounding = ANY (ARRAY['half-even'::text, 'half-up'::text, 'up'::text, 'down'::text])))
);
ALTER TABLE ONLY public.price_lists FORCE ROW LEVEL SECURITY;
ALTER TABLE public.price_lists OWNER TO tandem_owner;
CREATE TABLE public.queue_agents (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    "position" smallint NOT NULL,
    agent_id uuid NOT NULL,
    tier smallint NOT NULL,
    CONSTRAINT queue_agents_position_check CHECK (("position" >= 0)),
    CONSTRAINT queue_agents_tier_check CHECK (((tier >= 1) AND (tier <= 9)))
);
ALTER TABLE ONLY public.queue_agents FORCE ROW LEVEL SECURITY;
ALTER TABLE public.queue_agents OWNER TO tandem_owner;
CREATE TABLE public.queue_callbacks_called_off (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    callback_id uuid NOT NULL,
    called_off_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.queue_callbacks_called_off FORCE ROW LEVEL SECURITY;
ALTER TABLE public.queue_callbacks_called_off OWNER TO tandem_owner;
CREATE TABLE public.queues (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    strategy text NOT NULL,
    rings_for_seconds smallint NOT NULL,
    wrap_up_seconds smallint NOT NULL,
    rests_for_seconds smallint NOT NULL,
    pauses_after smallint,
    most_waiting smallint NOT NULL,
    longest_wait_seconds integer,
    needs_agents boolean NOT NULL,
    puts_vips_first boolean NOT NULL,
    announces_every_seconds smallint,
    announces_wait boolean NOT NULL,
    language text,
    last_action text NOT NULL,
    last_target_id uuid,
    last_target text,
    callback_key text,
    callback_offered_after_seconds smallint,
    callback_offered_from smallint,
    callback_takes_other_numbers boolean,
    callback_attempts smallint,
    callback_pause_seconds integer,
    callback_keeps_for_seconds integer,
    callback_ends_at smallint,
    CONSTRAINT queues_announces_every_seconds_check CHECK (((announces_every_seconds >= 10) AND (announces_every_seconds <= 3600))),
    CONSTRAINT queues_callback_check CHECK ((((callback_key ~ '^[0-9*#]$'::text) AND ((callback_offered_after_seconds >= 1) AND (callback_offered_after_seconds <= 3600)) AND ((callback_offered_from >= 1) AND (callback_offered_from <= 500)) AND (callback_takes_other_numbers IS NOT NULL) AND ((callback_attempts >= 1) AND (callback_attempts <= 10)) AND ((callback_pause_seconds >= 10) AND (callback_pause_seconds <= 86400)) AND ((callback_keeps_for_seconds >= 60) AND (callback_keeps_for_seconds <= 604800)) AND COALESCE(((callback_ends_at >= 0) AND (callback_ends_at <= 1439)), true)) OR (num_nonnulls(callback_key, callback_offered_after_seconds, callback_offered_from, callback_takes_other_numbers, callback_attempts, callback_pause_seconds, callback_keeps_for_seconds, callback_ends_at) = 0))),
    CONSTRAINT queues_check CHECK (((last_target_id IS NOT NULL) = (last_action = ANY (ARRAY['extension'::text, 'mailbox'::text])))),
    CONSTRAINT queues_check1 CHECK (((last_target IS NOT NULL) = (last_action = ANY (ARRAY['outside'::text, 'room'::text])))),
    CONSTRAINT queues_language_check CHECK ((language ~ '^[a-z]{2}$'::text)),
    CONSTRAINT queues_last_action_check CHECK ((last_action = ANY (ARRAY['extension'::text, 'mailbox'::text, 'outside'::text, 'room'::text, 'hang-up'::text]))),
    CONSTRAINT queues_longest_wait_seconds_check CHECK (((longest_wait_seconds >= 1) AND (longest_wait_seconds <= 36000))),
    CONSTRAINT queues_most_waiting_check CHECK (((most_waiting >= 1) AND (most_waiting <= 500))),
    CONSTRAINT queues_pauses_after_check CHECK (((pauses_after >= 1) AND (pauses_after <= 20))),
    CONSTRAINT queues_rests_for_seconds_check CHECK (((rests_for_seconds >= 1) AND (rests_for_seconds <= 3600))),
    CONSTRAINT queues_rings_for_seconds_check CHECK (((rings_for_seconds >= 1) AND (rings_for_seconds <= 300))),
    CONSTRAINT queues_strategy_check CHECK ((strategy = ANY (ARRAY['together'::text, 'longest-idle'::text, 'round-robin'::text, 'fewest-calls'::text]))),
    CONSTRAINT queues_wrap_up_seconds_check CHECK (((wrap_up_seconds >= 0) AND (wrap_up_seconds <= 3600)))
);
ALTER TABLE ONLY public.queues FORCE ROW LEVEL SECURITY;
ALTER TABLE public.queues OWNER TO tandem_owner;
CREATE TABLE public.rates (
    price_list_id uuid NOT NULL,
    prefix text NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    destination text NOT NULL,
    per_minute numeric(19,9) NOT NULL,
    connection numeric(19,9) NOT NULL,
    initial_seconds integer NOT NULL,
    increment_seconds integer NOT NULL,
    CONSTRAINT rates_check CHECK ((valid_until >= valid_from)),
    CONSTRAINT rates_connection_check CHECK ((connection >= (0)::numeric)),
    CONSTRAINT rates_increment_seconds_check CHECK (((increment_seconds >= 1) AND (increment_seconds <= 3600))),
    CONSTRAINT rates_initial_seconds_check CHECK (((initial_seconds >= 0) AND (initial_seconds <= 3600))),
    CONSTRAINT rates_per_minute_check CHECK ((per_minute >= (0)::numeric)),
    CONSTRAINT rates_prefix_check CHECK (((prefix COLLATE "C") ~ '^[0-9]{1,15}$'::text))
);
ALTER TABLE ONLY public.rates FORCE ROW LEVEL SECURITY;
ALTER TABLE public.rates OWNER TO tandem_owner;
CREATE TABLE public.recording_history (
    tenant_id uuid NOT NULL,
    recording_id uuid NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    event text NOT NULL,
    key_id uuid NOT NULL,
    reason text NOT NULL,
    CONSTRAINT recording_history_event_check CHECK ((event = ANY (ARRAY['held'::text, 'released'::text, 'deleted'::text]))),
    CONSTRAINT recording_history_reason_check CHECK ((length(reason) <= 500))
);
ALTER TABLE ONLY public.recording_history FORCE ROW LEVEL SECURITY;
ALTER TABLE public.recording_history OWNER TO tandem_owner;
CREATE TABLE public.recording_rules (
    tenant_id uuid NOT NULL,
    "position" smallint NOT NULL,
    rule_id uuid NOT NULL,
    name text NOT NULL,
    extension_id uuid,
    number text,
    direction text,
    share_percent smallint NOT NULL,
    records boolean NOT NULL,
    notice text NOT NULL,
    pausers text NOT NULL,
    retention_days smallint,
    CONSTRAINT recording_rules_check CHECK (((extension_id IS NULL) OR (number IS NULL))),
    CONSTRAINT recording_rules_direction_check CHECK ((direction = ANY (ARRAY['from-outside'::text, 'to-outside'::text, 'inside'::text]))),
    CONSTRAINT recording_rules_name_check CHECK ((length(name) <= 100)),
    CONSTRAINT recording_rules_notice_check CHECK ((notice = ANY (ARRAY['none'::text, 'caller'::text, 'called'::text, 'both'::text]))),
    CONSTRAINT recording_rules_pausers_check CHECK ((pausers = ANY (ARRAY['nobody'::text, 'administrators'::text, 'users'::text]))),
    CONSTRAINT recording_rules_position_check CHECK (("position" >= 0)),
    CONSTRAINT recording_rules_retention_days_check CHECK (((retention_days >= 1) AND (retention_days <= 3650))),
    CONSTRAINT recording_rules_share_percent_check CHECK (((share_percent >= 1) AND (share_percent <= 100)))
);
ALTER TABLE ONLY public.recording_rules FORCE ROW LEVEL SECURITY;
ALTER TABLE public.recording_rules OWNER TO tandem_owner;
CREATE TABLE public.resellers (
    reseller_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.resellers FORCE ROW LEVEL SECURITY;
ALTER TABLE public.resellers OWNER TO tandem_owner;
CREATE TABLE public.ring_group_members (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    "position" smallint NOT NULL,
    member_id uuid NOT NULL,
    after_seconds smallint DEFAULT 0 NOT NULL,
    rings_for_seconds smallint,
    confirms boolean DEFAULT false NOT NULL,
    CONSTRAINT ring_group_members_position_check CHECK (("position" >= 0))
);
ALTER TABLE ONLY public.ring_group_members FORCE ROW LEVEL SECURITY;
ALTER TABLE public.ring_group_members OWNER TO tandem_owner;
CREATE TABLE public.ring_group_numbers (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    "position" smallint NOT NULL,
    number text NOT NULL,
    after_seconds smallint NOT NULL,
    rings_for_seconds smallint,
    confirms boolean NOT NULL,
    CONSTRAINT ring_group_numbers_number_check CHECK (((length(number) >= 1) AND (length(number) <= 64))),
    CONSTRAINT ring_group_numbers_position_check CHECK (("position" >= 0))
);
ALTER TABLE ONLY public.ring_group_numbers FORCE ROW LEVEL SECURITY;
ALTER TABLE public.ring_group_numbers OWNER TO tandem_owner;
CREATE TABLE public.ring_groups (
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    strategy text NOT NULL,
    rings_for_seconds smallint NOT NULL,
    skips_busy boolean NOT NULL,
    confirms boolean DEFAULT false NOT NULL,
    CONSTRAINT ring_groups_rings_for_seconds_check CHECK (((rings_for_seconds >= 1) AND (rings_for_seconds <= 300))),
    CONSTRAINT ring_groups_strategy_check CHECK ((strategy = ANY (ARRAY['together'::text, 'in-turn'::text, 'random'::text])))
);
ALTER TABLE ONLY public.ring_groups FORCE ROW LEVEL SECURITY;
ALTER TABLE public.ring_groups OWNER TO tandem_owner;
CREATE TABLE public.schema_migrations (
    migration text NOT NULL,
    step text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.schema_migrations OWNER TO tandem_owner;
CREATE TABLE public.screening (
    tenant_id uuid NOT NULL,
    screening_id uuid NOT NULL,
    extension_id uuid,
    callers text NOT NULL,
    verdict text NOT NULL,
    note text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT screening_callers_check CHECK (((callers ~ '^\+[1-9][0-9]{0,14}\*?$'::text) OR (callers = ANY (ARRAY['withheld'::text, 'disproven'::text])))),
    CONSTRAINT screening_note_check CHECK ((length(note) <= 100)),
    CONSTRAINT screening_verdict_check CHECK ((verdict = ANY (ARRAY['allow'::text, 'block'::text])))
);
ALTER TABLE ONLY public.screening FORCE ROW LEVEL SECURITY;
ALTER TABLE public.screening OWNER TO tandem_owner;
CREATE TABLE public.service_addresses (
    name text NOT NULL,
    site text NOT NULL,
    ip inet NOT NULL,
    role text NOT NULL,
    holder text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ip6 inet,
    CONSTRAINT service_addresses_ip6_check CHECK (((ip6 IS NULL) OR ((family(ip6) = 6) AND (family(ip) = 4)))),
    CONSTRAINT service_addresses_name_check CHECK (((name COLLATE "C") ~ '^[a-z0-9-]{1,32}$'::text)),
    CONSTRAINT service_addresses_role_check CHECK ((role = ANY (ARRAY['phones'::text, 'trunks'::text])))
);
ALTER TABLE ONLY public.service_addresses FORCE ROW LEVEL SECURITY;
ALTER TABLE public.service_addresses OWNER TO tandem_owner;
CREATE TABLE public.sites (
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sites_name_check CHECK (((name COLLATE "C") ~ '^[a-z0-9-]{1,32}$'::text))
);
ALTER TABLE ONLY public.sites FORCE ROW LEVEL SECURITY;
ALTER TABLE public.sites OWNER TO tandem_owner;
CREATE TABLE public.stored_sound_pieces (
    tenant_id uuid NOT NULL,
    sound_id uuid NOT NULL,
    part integer NOT NULL,
    "position" bigint NOT NULL,
    contents bytea NOT NULL,
    CONSTRAINT stored_sound_pieces_part_check CHECK ((part > 0)),
    CONSTRAINT stored_sound_pieces_position_check CHECK (("position" >= 0))
);
ALTER TABLE ONLY public.stored_sound_pieces ALTER COLUMN contents SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.stored_sound_pieces FORCE ROW LEVEL SECURITY;
ALTER TABLE public.stored_sound_pieces OWNER TO tandem_owner;
CREATE TABLE public.stored_sounds (
    tenant_id uuid NOT NULL,
    sound_id uuid NOT NULL,
    kind text NOT NULL,
    CONSTRAINT stored_sounds_kind_check CHECK ((kind = ANY (ARRAY['message'::text, 'upload'::text, 'recording'::text])))
);
ALTER TABLE ONLY public.stored_sounds FORCE ROW LEVEL SECURITY;
ALTER TABLE public.stored_sounds OWNER TO tandem_owner;
CREATE TABLE public.tenant_sounds (
    tenant_id uuid NOT NULL,
    sound_id uuid NOT NULL,
    name text NOT NULL,
    milliseconds integer NOT NULL,
    bytes integer NOT NULL,
    digest bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT tenant_sounds_bytes_check CHECK ((bytes > 0)),
    CONSTRAINT tenant_sounds_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT tenant_sounds_milliseconds_check CHECK ((milliseconds > 0)),
    CONSTRAINT tenant_sounds_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);
ALTER TABLE ONLY public.tenant_sounds FORCE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_sounds OWNER TO tandem_owner;
CREATE TABLE public.tenants (
    tenant_id uuid NOT NULL,
    reseller_id uuid NOT NULL,
    name text NOT NULL,
    domain text NOT NULL,
    home_address text NOT NULL,
    country_code text NOT NULL,
    national_prefix text NOT NULL,
    international_prefix text NOT NULL,
    ring_timeout_seconds integer NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    emergency_numbers text[] DEFAULT ARRAY['112'::text, '911'::text, '999'::text] NOT NULL,
    time_zone text DEFAULT 'UTC'::text NOT NULL,
    recording_retention_days smallint,
    CONSTRAINT tenants_domain_check CHECK ((domain = lower(domain))),
    CONSTRAINT tenants_emergency_numbers_check CHECK (((cardinality(emergency_numbers) >= 1) AND (cardinality(emergency_numbers) <= 16))),
    CONSTRAINT tenants_recording_retention_days_check CHECK (((recording_retention_days >= 1) AND (recording_retention_days <= 3650))),
    CONSTRAINT tenants_ring_timeout_seconds_check CHECK (((ring_timeout_seconds >= 5) AND (ring_timeout_seconds <= 300)))
);
ALTER TABLE ONLY public.tenants FORCE ROW LEVEL SECURITY;
ALTER TABLE public.tenants OWNER TO tandem_owner;
CREATE TABLE public.trunks (
    trunk_id uuid NOT NULL,
    reseller_id uuid NOT NULL,
    carrier text NOT NULL,
    address text NOT NULL,
    peers text[] NOT NULL,
    price_list_id uuid,
    created_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    account_user text,
    account_realm text,
    account_ha1_sha256 text,
    account_ha1_md5 text,
    account_registrar text,
    visitor_user text,
    visitor_ha1_sha256 text,
    visitor_ha1_md5 text,
    is_trusted boolean DEFAULT false NOT NULL,
    identity_form text DEFAULT 'none'::text NOT NULL,
    forwarding_form text DEFAULT 'none'::text NOT NULL,
    route text,
    certificate_name text,
    CONSTRAINT trunks_account_check CHECK (((account_user IS NULL) = (account_realm IS NULL))),
    CONSTRAINT trunks_forwarding_form_check CHECK ((forwarding_form = ANY (ARRAY['none'::text, 'diversion'::text, 'history'::text]))),
    CONSTRAINT trunks_identity_form_check CHECK ((identity_form = ANY (ARRAY['none'::text, 'asserted'::text, 'preferred'::text, 'remote-party'::text]))),
    CONSTRAINT trunks_peers_check CHECK (((cardinality(peers) <= 16) AND ((cardinality(peers) >= 1) OR (route IS NOT NULL))))
);
ALTER TABLE ONLY public.trunks FORCE ROW LEVEL SECURITY;
ALTER TABLE public.trunks OWNER TO tandem_owner;
ALTER TABLE ONLY public.answering_rules
    ADD CONSTRAINT answering_rules_pkey PRIMARY KEY (tenant_id, extension_id, "position");
ALTER TABLE ONLY public.answering_switches
    ADD CONSTRAINT answering_switches_pkey PRIMARY KEY (tenant_id, extension_id, kind);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (key_id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_secret_hash_key UNIQUE (secret_hash);
ALTER TABLE ONLY public.call_flow_drafts
    ADD CONSTRAINT call_flow_drafts_pkey PRIMARY KEY (tenant_id, extension_id);
ALTER TABLE ONLY public.call_flow_sounds
    ADD CONSTRAINT call_flow_sounds_pkey PRIMARY KEY (tenant_id, extension_id, sound_id);
ALTER TABLE ONLY public.call_flow_targets
    ADD CONSTRAINT call_flow_targets_pkey PRIMARY KEY (tenant_id, extension_id, target_id);
ALTER TABLE ONLY public.call_flow_versions
    ADD CONSTRAINT call_flow_versions_pkey PRIMARY KEY (tenant_id, extension_id, version);
ALTER TABLE ONLY public.call_flows
    ADD CONSTRAINT call_flows_pkey PRIMARY KEY (tenant_id, extension_id);
ALTER TABLE ONLY public.call_recordings
    ADD CONSTRAINT call_recordings_pkey PRIMARY KEY (tenant_id, recording_id);
ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (call_id);
ALTER TABLE ONLY public.cdrs
    ADD CONSTRAINT cdrs_pkey PRIMARY KEY (leg_id);
ALTER TABLE ONLY public.charges
    ADD CONSTRAINT charges_pkey PRIMARY KEY (leg_id, kind, revision);
ALTER TABLE ONLY public.contact_numbers
    ADD CONSTRAINT contact_numbers_numbers_taken PRIMARY KEY (tenant_id, number);
ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (tenant_id, contact_id);
ALTER TABLE ONLY public.drills
    ADD CONSTRAINT drills_pkey PRIMARY KEY (drill_id);
ALTER TABLE ONLY public.extensions
    ADD CONSTRAINT extensions_number_taken UNIQUE (tenant_id, number);
ALTER TABLE ONLY public.extensions
    ADD CONSTRAINT extensions_pkey PRIMARY KEY (extension_id);
ALTER TABLE ONLY public.extensions
    ADD CONSTRAINT extensions_tenant_id_extension_id_key UNIQUE (tenant_id, extension_id);
ALTER TABLE ONLY public.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (spool_id, sequence);
ALTER TABLE ONLY public.feature_codes
    ADD CONSTRAINT feature_codes_code_taken UNIQUE (tenant_id, code);
ALTER TABLE ONLY public.feature_codes
    ADD CONSTRAINT feature_codes_pkey PRIMARY KEY (tenant_id, feature);
ALTER TABLE ONLY public.follow_me_steps
    ADD CONSTRAINT follow_me_steps_pkey PRIMARY KEY (tenant_id, extension_id, "position");
ALTER TABLE ONLY public.follow_me_targets
    ADD CONSTRAINT follow_me_targets_pkey PRIMARY KEY (tenant_id, extension_id, step, "position");
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, key);
ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT ledger_entries_leg_id_kind_revision_posting_key UNIQUE (leg_id, kind, revision, posting);
ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT ledger_entries_pkey PRIMARY KEY (entry_id);
ALTER TABLE ONLY public.mailbox_messages
    ADD CONSTRAINT mailbox_messages_pkey PRIMARY KEY (tenant_id, message_id);
ALTER TABLE ONLY public.mailbox_pins
    ADD CONSTRAINT mailbox_pins_pkey PRIMARY KEY (tenant_id, extension_id);
ALTER TABLE ONLY public.mailboxes
    ADD CONSTRAINT mailboxes_pkey PRIMARY KEY (tenant_id, extension_id);
ALTER TABLE ONLY public.menu_choices
    ADD CONSTRAINT menu_choices_pkey PRIMARY KEY (tenant_id, extension_id, key);
ALTER TABLE ONLY public.menus
    ADD CONSTRAINT menus_pkey PRIMARY KEY (tenant_id, extension_id);
ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_name_taken PRIMARY KEY (name);
ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT numbers_number_taken UNIQUE (number);
ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT numbers_pkey PRIMARY KEY (number_id);
ALTER TABLE ONLY public.paging_group_members
    ADD CONSTRAINT paging_group_members_pkey PRIMARY KEY (tenant_id, extension_id, "position");
ALTER TABLE ONLY public.paging_group_members
    ADD CONSTRAINT paging_group_members_tenant_id_extension_id_member_id_key UNIQUE (tenant_id, extension_id, member_id);
ALTER TABLE ONLY public.paging_group_pagers
    ADD CONSTRAINT paging_group_pagers_pkey PRIMARY KEY (tenant_id, extension_id, "position");
ALTER TABLE ONLY public.paging_group_pagers
    ADD CONSTRAINT paging_group_pagers_tenant_id_extension_id_member_id_key UNIQUE (tenant_id, extension_id, member_id);
ALTER TABLE ONLY public.paging_groups
    ADD CONSTRAINT paging_groups_pkey PRIMARY KEY (tenant_id, extension_id);
ALTER TABLE ONLY public.price_lists
    ADD CONSTRAINT price_lists_name_taken UNIQUE (reseller_id, name);
ALTER TABLE ONLY public.price_lists
    ADD CONSTRAINT price_lists_pkey PRIMARY KEY (price_list_id);
ALTER TABLE ONLY public.price_lists
    ADD CONSTRAINT price_lists_reseller_id_price_list_id_key UNIQUE (reseller_id, price_list_id);
ALTER TABLE ONLY public.queue_agents
    ADD CONSTRAINT queue_agents_pkey PRIMARY KEY (tenant_id, extension_id, "position");
ALTER TABLE ONLY public.queue_agents
    ADD CONSTRAINT queue_agents_tenant_id_extension_id_agent_id_key UNIQUE (tenant_id, extension_id, agent_id);
ALTER TABLE ONLY public.queue_callbacks_called_off
    ADD CONSTRAINT queue_callbacks_called_off_pkey PRIMARY KEY (tenant_id, extension_id, callback_id);
ALTER TABLE ONLY public.queues
    ADD CONSTRAINT queues_pkey PRIMARY KEY (tenant_id, extension_id);
ALTER TABLE ONLY public.rates
    ADD CONSTRAINT rates_prefix_taken PRIMARY KEY (price_list_id, prefix, valid_from);
ALTER TABLE ONLY public.recording_rules
    ADD CONSTRAINT recording_rules_id_taken UNIQUE (tenant_id, rule_id);
ALTER TABLE ONLY public.recording_rules
    ADD CONSTRAINT recording_rules_pkey PRIMARY KEY (tenant_id, "position");
ALTER TABLE ONLY public.resellers
    ADD CONSTRAINT resellers_name_taken UNIQUE (name);
ALTER TABLE ONLY public.resellers
    ADD CONSTRAINT resellers_pkey PRIMARY KEY (reseller_id);
ALTER TABLE ONLY public.ring_group_members
    ADD CONSTRAINT ring_group_members_pkey PRIMARY KEY (tenant_id, extension_id, "position");
ALTER TABLE ONLY public.ring_group_members
    ADD CONSTRAINT ring_group_members_tenant_id_extension_id_member_id_key UNIQUE (tenant_id, extension_id, member_id);
ALTER TABLE ONLY public.ring_group_numbers
    ADD CONSTRAINT ring_group_numbers_pkey PRIMARY KEY (tenant_id, extension_id, "position");
ALTER TABLE ONLY public.ring_group_numbers
    ADD CONSTRAINT ring_group_numbers_tenant_id_extension_id_number_key UNIQUE (tenant_id, extension_id, number);
ALTER TABLE ONLY public.ring_groups
    ADD CONSTRAINT ring_groups_pkey PRIMARY KEY (tenant_id, extension_id);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (migration, step);
ALTER TABLE ONLY public.screening
    ADD CONSTRAINT screening_from_taken UNIQUE NULLS NOT DISTINCT (tenant_id, extension_id, callers);
ALTER TABLE ONLY public.screening
    ADD CONSTRAINT screening_pkey PRIMARY KEY (tenant_id, screening_id);
ALTER TABLE ONLY public.service_addresses
    ADD CONSTRAINT service_addresses_ip6_taken UNIQUE (ip6, role);
ALTER TABLE ONLY public.service_addresses
    ADD CONSTRAINT service_addresses_ip_taken UNIQUE (ip, role);
ALTER TABLE ONLY public.service_addresses
    ADD CONSTRAINT service_addresses_name_taken PRIMARY KEY (name);
ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_name_taken PRIMARY KEY (name);
ALTER TABLE ONLY public.stored_sound_pieces
    ADD CONSTRAINT stored_sound_pieces_pkey PRIMARY KEY (tenant_id, sound_id, part, "position");
ALTER TABLE ONLY public.stored_sounds
    ADD CONSTRAINT stored_sounds_pkey PRIMARY KEY (tenant_id, sound_id);
ALTER TABLE ONLY public.tenant_sounds
    ADD CONSTRAINT tenant_sounds_name_taken UNIQUE (tenant_id, name);
ALTER TABLE ONLY public.tenant_sounds
    ADD CONSTRAINT tenant_sounds_pkey PRIMARY KEY (tenant_id, sound_id);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.trunks
    ADD CONSTRAINT trunks_pkey PRIMARY KEY (trunk_id);
CREATE INDEX call_recordings_by_age ON public.call_recordings USING btree (tenant_id, begun_at);
CREATE INDEX call_recordings_of_call ON public.call_recordings USING btree (tenant_id, call_id);
CREATE INDEX calls_of_tenant ON public.calls USING btree (tenant_id, call_id DESC);
CREATE INDEX cdrs_of_call ON public.cdrs USING btree (call_id);
CREATE INDEX cdrs_of_tenant ON public.cdrs USING btree (tenant_id, leg_id DESC);
CREATE INDEX cdrs_unrated ON public.cdrs USING btree (tenant_id, leg_id) WHERE (unrated IS NOT NULL);
CREATE INDEX contact_numbers_of_contact ON public.contact_numbers USING btree (tenant_id, contact_id);
CREATE INDEX facts_in_quarantine ON public.facts USING btree (received_at) WHERE (quarantine IS NOT NULL);
CREATE INDEX facts_of_call ON public.facts USING btree (call_id);
CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (used_at);
CREATE INDEX ledger_entries_of_tenant ON public.ledger_entries USING btree (tenant_id, entry_id);
CREATE INDEX mailbox_messages_of_mailbox ON public.mailbox_messages USING btree (tenant_id, extension_id, message_id);
CREATE INDEX numbers_of_tenant ON public.numbers USING btree (tenant_id, number_id);
CREATE INDEX recording_history_of_recording ON public.recording_history USING btree (tenant_id, recording_id, happened_at);
CREATE INDEX tenants_at_home ON public.tenants USING btree (home_address);
CREATE UNIQUE INDEX tenants_domain_taken ON public.tenants USING btree (domain) WHERE (deleted_at IS NULL);
CREATE INDEX tenants_of_reseller ON public.tenants USING btree (reseller_id, tenant_id);
CREATE UNIQUE INDEX trunks_carrier_taken ON public.trunks USING btree (reseller_id, carrier) WHERE (deleted_at IS NULL);
CREATE TRIGGER announce AFTER INSERT OR UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION public.announce_tenant();
CREATE TRIGGER deleted AFTER DELETE ON public.answering_rules REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.call_flows REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.contacts REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.extensions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.feature_codes REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.follow_me_steps REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.mailbox_messages REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.forget_sounds();
CREATE TRIGGER deleted AFTER DELETE ON public.mailboxes REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.menus REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.numbers REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.paging_groups REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.queues REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.recording_rules REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.ring_groups REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER deleted AFTER DELETE ON public.screening REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.answering_rules REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.answering_switches REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.call_flows REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.contacts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.extensions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.feature_codes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.follow_me_steps REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.follow_me_targets REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.mailboxes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.menu_choices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.menus REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.numbers REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.paging_group_members REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.paging_group_pagers REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.paging_groups REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.queue_agents REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.queue_callbacks_called_off REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.queues REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.recording_rules REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.ring_group_members REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.ring_group_numbers REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.ring_groups REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.screening REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER inserted AFTER INSERT ON public.trunks REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_resellers_tenants();
CREATE TRIGGER keep_what_is_held BEFORE DELETE OR UPDATE OF deleted_at ON public.call_recordings FOR EACH ROW EXECUTE FUNCTION public.keep_what_is_held();
CREATE TRIGGER lamp_of_changed AFTER UPDATE ON public.mailbox_messages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.announce_mailboxes();
CREATE TRIGGER lamp_of_gone AFTER DELETE ON public.mailbox_messages REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.announce_mailboxes();
CREATE TRIGGER lamp_of_new AFTER INSERT ON public.mailbox_messages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.announce_mailboxes();
CREATE TRIGGER raise_revision BEFORE UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION public.raise_revision();
CREATE TRIGGER updated AFTER UPDATE ON public.answering_switches REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER updated AFTER UPDATE ON public.contacts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER updated AFTER UPDATE ON public.extensions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER updated AFTER UPDATE ON public.mailboxes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER updated AFTER UPDATE ON public.numbers REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_tenants();
CREATE TRIGGER updated AFTER UPDATE ON public.trunks REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.raise_revision_of_resellers_tenants();
ALTER TABLE ONLY public.answering_rules
    ADD CONSTRAINT answering_rules_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.answering_rules
    ADD CONSTRAINT answering_rules_greeting_exists FOREIGN KEY (tenant_id, greeting_id) REFERENCES public.tenant_sounds(tenant_id, sound_id);
ALTER TABLE ONLY public.answering_switches
    ADD CONSTRAINT answering_switches_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_reseller_exists FOREIGN KEY (reseller_id) REFERENCES public.resellers(reseller_id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_tenant_exists FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.call_flow_drafts
    ADD CONSTRAINT call_flow_drafts_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.call_flow_sounds
    ADD CONSTRAINT call_flow_sounds_sound_exists FOREIGN KEY (tenant_id, sound_id) REFERENCES public.tenant_sounds(tenant_id, sound_id);
ALTER TABLE ONLY public.call_flow_sounds
    ADD CONSTRAINT call_flow_sounds_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.call_flows(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.call_flow_targets
    ADD CONSTRAINT call_flow_targets_extension_exists FOREIGN KEY (tenant_id, target_id) REFERENCES public.extensions(tenant_id, extension_id);
ALTER TABLE ONLY public.call_flow_targets
    ADD CONSTRAINT call_flow_targets_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.call_flows(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.call_flow_versions
    ADD CONSTRAINT call_flow_versions_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.call_flows
    ADD CONSTRAINT call_flows_version_exists FOREIGN KEY (tenant_id, extension_id, version) REFERENCES public.call_flow_versions(tenant_id, extension_id, version) ON DELETE CASCADE;
ALTER TABLE ONLY public.call_recordings
    ADD CONSTRAINT call_recordings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.cdrs
    ADD CONSTRAINT cdrs_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls(call_id);
ALTER TABLE ONLY public.cdrs
    ADD CONSTRAINT cdrs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.charges
    ADD CONSTRAINT charges_leg_id_fkey FOREIGN KEY (leg_id) REFERENCES public.cdrs(leg_id);
ALTER TABLE ONLY public.charges
    ADD CONSTRAINT charges_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES public.price_lists(price_list_id);
ALTER TABLE ONLY public.charges
    ADD CONSTRAINT charges_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.contact_numbers
    ADD CONSTRAINT contact_numbers_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES public.contacts(tenant_id, contact_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_tenant_exists FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.extensions
    ADD CONSTRAINT extensions_tenant_exists FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.feature_codes
    ADD CONSTRAINT feature_codes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.follow_me_steps
    ADD CONSTRAINT follow_me_steps_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.follow_me_targets
    ADD CONSTRAINT follow_me_targets_colleague_exists FOREIGN KEY (tenant_id, colleague_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.follow_me_targets
    ADD CONSTRAINT follow_me_targets_tenant_id_extension_id_step_fkey FOREIGN KEY (tenant_id, extension_id, step) REFERENCES public.follow_me_steps(tenant_id, extension_id, "position") ON DELETE CASCADE;
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT ledger_entries_leg_id_kind_revision_fkey FOREIGN KEY (leg_id, kind, revision) REFERENCES public.charges(leg_id, kind, revision);
ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT ledger_entries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.mailbox_messages
    ADD CONSTRAINT mailbox_messages_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.mailboxes(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mailbox_pins
    ADD CONSTRAINT mailbox_pins_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.mailboxes(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mailboxes
    ADD CONSTRAINT mailboxes_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mailboxes
    ADD CONSTRAINT mailboxes_greeting_exists FOREIGN KEY (tenant_id, greeting_id) REFERENCES public.tenant_sounds(tenant_id, sound_id);
ALTER TABLE ONLY public.menu_choices
    ADD CONSTRAINT menu_choices_target_exists FOREIGN KEY (tenant_id, target_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.menu_choices
    ADD CONSTRAINT menu_choices_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.menus(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.menus
    ADD CONSTRAINT menus_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.menus
    ADD CONSTRAINT menus_prompt_exists FOREIGN KEY (tenant_id, prompt_id) REFERENCES public.tenant_sounds(tenant_id, sound_id);
ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_site_exists FOREIGN KEY (site) REFERENCES public.sites(name);
ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT numbers_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id);
ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT numbers_tenant_exists FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.paging_group_members
    ADD CONSTRAINT paging_group_members_member_exists FOREIGN KEY (tenant_id, member_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.paging_group_members
    ADD CONSTRAINT paging_group_members_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.paging_groups(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.paging_group_pagers
    ADD CONSTRAINT paging_group_pagers_member_exists FOREIGN KEY (tenant_id, member_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.paging_group_pagers
    ADD CONSTRAINT paging_group_pagers_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.paging_groups(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.paging_groups
    ADD CONSTRAINT paging_groups_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.price_lists
    ADD CONSTRAINT price_lists_reseller_exists FOREIGN KEY (reseller_id) REFERENCES public.resellers(reseller_id);
ALTER TABLE ONLY public.queue_agents
    ADD CONSTRAINT queue_agents_agent_exists FOREIGN KEY (tenant_id, agent_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.queue_agents
    ADD CONSTRAINT queue_agents_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.queues(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.queue_callbacks_called_off
    ADD CONSTRAINT queue_callbacks_called_off_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.queues
    ADD CONSTRAINT queues_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.queues
    ADD CONSTRAINT queues_finally_exists FOREIGN KEY (tenant_id, last_target_id) REFERENCES public.extensions(tenant_id, extension_id);
ALTER TABLE ONLY public.rates
    ADD CONSTRAINT rates_price_list_exists FOREIGN KEY (price_list_id) REFERENCES public.price_lists(price_list_id);
ALTER TABLE ONLY public.recording_history
    ADD CONSTRAINT recording_history_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.recording_rules
    ADD CONSTRAINT recording_rules_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.recording_rules
    ADD CONSTRAINT recording_rules_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.ring_group_members
    ADD CONSTRAINT ring_group_members_member_exists FOREIGN KEY (tenant_id, member_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.ring_group_members
    ADD CONSTRAINT ring_group_members_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.ring_groups(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.ring_group_numbers
    ADD CONSTRAINT ring_group_numbers_tenant_id_extension_id_fkey FOREIGN KEY (tenant_id, extension_id) REFERENCES public.ring_groups(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.ring_groups
    ADD CONSTRAINT ring_groups_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.screening
    ADD CONSTRAINT screening_extension_exists FOREIGN KEY (tenant_id, extension_id) REFERENCES public.extensions(tenant_id, extension_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.screening
    ADD CONSTRAINT screening_tenant_exists FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.service_addresses
    ADD CONSTRAINT service_addresses_holder_exists FOREIGN KEY (holder) REFERENCES public.nodes(name);
ALTER TABLE ONLY public.service_addresses
    ADD CONSTRAINT service_addresses_site_exists FOREIGN KEY (site) REFERENCES public.sites(name);
ALTER TABLE ONLY public.stored_sound_pieces
    ADD CONSTRAINT stored_sound_pieces_tenant_id_sound_id_fkey FOREIGN KEY (tenant_id, sound_id) REFERENCES public.stored_sounds(tenant_id, sound_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.stored_sounds
    ADD CONSTRAINT stored_sounds_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(tenant_id);
ALTER TABLE ONLY public.tenant_sounds
    ADD CONSTRAINT tenant_sounds_tenant_id_sound_id_fkey FOREIGN KEY (tenant_id, sound_id) REFERENCES public.stored_sounds(tenant_id, sound_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_home_address_exists FOREIGN KEY (home_address) REFERENCES public.service_addresses(name);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_reseller_exists FOREIGN KEY (reseller_id) REFERENCES public.resellers(reseller_id);
ALTER TABLE ONLY public.trunks
    ADD CONSTRAINT trunks_address_exists FOREIGN KEY (address) REFERENCES public.service_addresses(name);
ALTER TABLE ONLY public.trunks
    ADD CONSTRAINT trunks_price_list_exists FOREIGN KEY (reseller_id, price_list_id) REFERENCES public.price_lists(reseller_id, price_list_id);
ALTER TABLE ONLY public.trunks
    ADD CONSTRAINT trunks_reseller_exists FOREIGN KEY (reseller_id) REFERENCES public.resellers(reseller_id);
ALTER TABLE public.answering_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.answering_switches ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.call_flow_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.call_flow_sounds ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.call_flow_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.call_flow_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.call_flows ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.call_recordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.cdrs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.charges ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.contact_numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.contacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.drills ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.extensions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.feature_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.follow_me_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.follow_me_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.ledger_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.mailbox_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.mailbox_pins ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.mailboxes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.menu_choices ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.menus ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.nodes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.numbers ENABLE ROW LEVEL SECURITY;
CREATE POLICY operators_insert ON public.resellers AS RESTRICTIVE FOR INSERT WITH CHECK (public.scope_is_platform());
CREATE POLICY operators_only ON public.drills USING (public.scope_is_platform());
CREATE POLICY operators_write ON public.nodes USING (public.scope_is_platform());
CREATE POLICY operators_write ON public.service_addresses USING (public.scope_is_platform());
CREATE POLICY operators_write ON public.sites USING (public.scope_is_platform());
ALTER TABLE public.paging_group_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.paging_group_pagers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.paging_groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.price_lists ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.queue_agents ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.queue_callbacks_called_off ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.queues ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.rates ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.recording_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.recording_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.resellers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.ring_group_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.ring_group_numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.ring_groups ENABLE ROW LEVEL SECURITY;
CREATE POLICY scoped_read ON public.nodes FOR SELECT USING (public.scope_is_set());
CREATE POLICY scoped_read ON public.service_addresses FOR SELECT USING (public.scope_is_set());
CREATE POLICY scoped_read ON public.sites FOR SELECT USING (public.scope_is_set());
ALTER TABLE public.screening ENABLE ROW LEVEL SECURITY;
CREATE POLICY sellers_insert ON public.tenants AS RESTRICTIVE FOR INSERT WITH CHECK ((public.scope_is_platform() OR (reseller_id = public.scope_reseller())));
ALTER TABLE public.service_addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sites ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stored_sound_pieces ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stored_sounds ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_sounds ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.trunks ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON public.answering_rules USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.answering_switches USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.api_keys USING ((public.scope_is_platform() OR (reseller_id = public.scope_reseller()) OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.call_flow_drafts USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.call_flow_sounds USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.call_flow_targets USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.call_flow_versions USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.call_flows USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.call_recordings USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.calls USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.cdrs USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.charges USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.contact_numbers USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.contacts USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.extensions USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.facts USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.feature_codes USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.follow_me_steps USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.follow_me_targets USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.idempotency_keys USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.ledger_entries USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.mailbox_messages USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.mailbox_pins USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.mailboxes USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.menu_choices USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.menus USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.numbers USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.paging_group_members USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.paging_group_pagers USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.paging_groups USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.price_lists USING ((public.scope_is_platform() OR (reseller_id = public.scope_reseller())));
CREATE POLICY within_scope ON public.queue_agents USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.queue_callbacks_called_off USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.queues USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.rates USING ((public.scope_is_platform() OR (price_list_id IN ( SELECT l.price_list_id
   FROM public.price_lists l
  WHERE (l.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.recording_history USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.recording_rules USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.resellers USING ((public.scope_is_platform() OR (reseller_id = public.scope_reseller())));
CREATE POLICY within_scope ON public.ring_group_members USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.ring_group_numbers USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.ring_groups USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.screening USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.stored_sound_pieces USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.stored_sounds USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.tenant_sounds USING ((public.scope_is_platform() OR (tenant_id = public.scope_tenant()) OR (tenant_id IN ( SELECT t.tenant_id
   FROM public.tenants t
  WHERE (t.reseller_id = public.scope_reseller())))));
CREATE POLICY within_scope ON public.tenants USING ((public.scope_is_platform() OR (reseller_id = public.scope_reseller()) OR (tenant_id = public.scope_tenant())));
CREATE POLICY within_scope ON public.trunks USING ((public.scope_is_platform() OR (reseller_id = public.scope_reseller())));
GRANT USAGE ON SCHEMA public TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.answering_rules TO tandem_server;
GRANT SELECT,INSERT,UPDATE ON TABLE public.answering_switches TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.api_keys TO tandem_server;
GRANT UPDATE(revoked_at) ON TABLE public.api_keys TO tandem_server;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.call_flow_drafts TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.call_flow_sounds TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.call_flow_targets TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.call_flow_versions TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.call_flows TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.call_recordings TO tandem_server;
GRANT UPDATE(interruptions) ON TABLE public.call_recordings TO tandem_server;
GRANT UPDATE(ending) ON TABLE public.call_recordings TO tandem_server;
GRANT UPDATE(milliseconds) ON TABLE public.call_recordings TO tandem_server;
GRANT UPDATE(bytes) ON TABLE public.call_recordings TO tandem_server;
GRANT UPDATE(deleted_at) ON TABLE public.call_recordings TO tandem_server;
GRANT UPDATE(held_at) ON TABLE public.call_recordings TO tandem_server;
GRANT UPDATE(hold_reason) ON TABLE public.call_recordings TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.calls TO tandem_server;
GRANT UPDATE(direction) ON TABLE public.calls TO tandem_server;
GRANT UPDATE(from_number) ON TABLE public.calls TO tandem_server;
GRANT UPDATE(to_number) ON TABLE public.calls TO tandem_server;
GRANT UPDATE(started_at) ON TABLE public.calls TO tandem_server;
GRANT UPDATE(answered_at) ON TABLE public.calls TO tandem_server;
GRANT UPDATE(ended_at) ON TABLE public.calls TO tandem_server;
GRANT UPDATE(outcome) ON TABLE public.calls TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(direction) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(extension_id) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(extension_number) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(trunk_id) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(from_number) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(to_number) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(sip_call_id) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(started_at) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(rung_at) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(answered_at) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(ended_at) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(talk_milliseconds) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(outcome) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(evidence) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(ended_by) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(node) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(charge_revision) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(unrated) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(packets) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(packets_lost) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(jitter_microseconds) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(round_trip_microseconds) ON TABLE public.cdrs TO tandem_server;
GRANT UPDATE(opinion_hundredths) ON TABLE public.cdrs TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.charges TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.contact_numbers TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.contacts TO tandem_server;
GRANT UPDATE(name) ON TABLE public.contacts TO tandem_server;
GRANT UPDATE(groups) ON TABLE public.contacts TO tandem_server;
GRANT UPDATE(is_vip) ON TABLE public.contacts TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.drills TO tandem_server;
GRANT UPDATE(verdict) ON TABLE public.drills TO tandem_server;
GRANT UPDATE(document) ON TABLE public.drills TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.extensions TO tandem_server;
GRANT UPDATE(number) ON TABLE public.extensions TO tandem_server;
GRANT UPDATE(display_name) ON TABLE public.extensions TO tandem_server;
GRANT UPDATE(outside_number) ON TABLE public.extensions TO tandem_server;
GRANT UPDATE(ha1_sha256) ON TABLE public.extensions TO tandem_server;
GRANT UPDATE(ha1_md5) ON TABLE public.extensions TO tandem_server;
GRANT UPDATE(may_supervise) ON TABLE public.extensions TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.facts TO tandem_server;
GRANT UPDATE(quarantine) ON TABLE public.facts TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.feature_codes TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.follow_me_steps TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.follow_me_targets TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.idempotency_keys TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.ledger_entries TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.mailbox_messages TO tandem_server;
GRANT UPDATE(ending) ON TABLE public.mailbox_messages TO tandem_server;
GRANT UPDATE(state) ON TABLE public.mailbox_messages TO tandem_server;
GRANT UPDATE(milliseconds) ON TABLE public.mailbox_messages TO tandem_server;
GRANT UPDATE(deleted_at) ON TABLE public.mailbox_messages TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.mailbox_pins TO tandem_server;
GRANT UPDATE(salt) ON TABLE public.mailbox_pins TO tandem_server;
GRANT UPDATE(digest) ON TABLE public.mailbox_pins TO tandem_server;
GRANT UPDATE(failures) ON TABLE public.mailbox_pins TO tandem_server;
GRANT UPDATE(locked_until) ON TABLE public.mailbox_pins TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.mailboxes TO tandem_server;
GRANT UPDATE(longest_message_seconds) ON TABLE public.mailboxes TO tandem_server;
GRANT UPDATE(most_messages) ON TABLE public.mailboxes TO tandem_server;
GRANT UPDATE(retention_days) ON TABLE public.mailboxes TO tandem_server;
GRANT UPDATE(is_full) ON TABLE public.mailboxes TO tandem_server;
GRANT UPDATE(greeting_id) ON TABLE public.mailboxes TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.menu_choices TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.menus TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.nodes TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.numbers TO tandem_server;
GRANT UPDATE(extension_id) ON TABLE public.numbers TO tandem_server;
GRANT UPDATE(display) ON TABLE public.numbers TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.paging_group_members TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.paging_group_pagers TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.paging_groups TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.price_lists TO tandem_server;
GRANT UPDATE(name) ON TABLE public.price_lists TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.queue_agents TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.queue_callbacks_called_off TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.queues TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.rates TO tandem_server;
GRANT UPDATE(valid_until) ON TABLE public.rates TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.recording_history TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.recording_rules TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.resellers TO tandem_server;
GRANT UPDATE(name) ON TABLE public.resellers TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.ring_group_members TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.ring_group_numbers TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.ring_groups TO tandem_server;
GRANT SELECT ON TABLE public.schema_migrations TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.screening TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.service_addresses TO tandem_server;
GRANT UPDATE(ip) ON TABLE public.service_addresses TO tandem_server;
GRANT UPDATE(holder) ON TABLE public.service_addresses TO tandem_server;
GRANT UPDATE(ip6) ON TABLE public.service_addresses TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.sites TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.stored_sound_pieces TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.stored_sounds TO tandem_server;
GRANT SELECT,INSERT,DELETE ON TABLE public.tenant_sounds TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(name) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(domain) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(home_address) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(country_code) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(national_prefix) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(international_prefix) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(ring_timeout_seconds) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(revision) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(deleted_at) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(emergency_numbers) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(time_zone) ON TABLE public.tenants TO tandem_server;
GRANT UPDATE(recording_retention_days) ON TABLE public.tenants TO tandem_server;
GRANT SELECT,INSERT ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(carrier) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(address) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(peers) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(price_list_id) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(deleted_at) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(account_user) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(account_realm) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(account_ha1_sha256) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(account_ha1_md5) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(account_registrar) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(visitor_user) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(visitor_ha1_sha256) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(visitor_ha1_md5) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(is_trusted) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(identity_form) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(forwarding_form) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(route) ON TABLE public.trunks TO tandem_server;
GRANT UPDATE(certificate_name) ON TABLE public.trunks TO tandem_server;
