-- One role and one schema per service, no right on anybody else's. Run by psql as the superuser in
-- the database of the services: by the official image at its first start, by infra/local at every
-- start. Running it again changes only the passwords.
\set ON_ERROR_STOP on
\set QUIET on
\getenv profile_password PROFILE_DATABASE_PASSWORD
\getenv emotion_tag_password EMOTION_TAG_DATABASE_PASSWORD
\getenv recommendation_password RECOMMENDATION_DATABASE_PASSWORD
\getenv community_password COMMUNITY_DATABASE_PASSWORD
\getenv campaign_password CAMPAIGN_DATABASE_PASSWORD

BEGIN;

CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
SELECT * FROM (VALUES
  ('profile', :'profile_password'),
  ('emotion_tag', :'emotion_tag_password'),
  ('recommendation', :'recommendation_password'),
  ('community', :'community_password'),
  ('campaign', :'campaign_password')
) AS role (name, password);

SELECT format('CREATE ROLE %I', name)
FROM wanted WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS '
              'NOINHERIT PASSWORD %L', name, password)
FROM wanted
\gexec
SELECT format('ALTER ROLE %I SET search_path = %I', name, name) FROM wanted
\gexec
SELECT format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', name, name) FROM wanted
\gexec

-- Everybody may connect here and sort on disk; nobody may create schemas, or anything in public.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), name) FROM wanted
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;

COMMIT;
