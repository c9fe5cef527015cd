-- What a template of the tests' databases holds, so that a copy of it can be made as it was: its rows, and what it is made of.
CREATE SCHEMA kept;
CREATE FUNCTION kept.shape() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', (SELECT max(oid) FROM pg_class), (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
        (SELECT count(*) FROM pg_attribute WHERE attisdropped),
        (SELECT max(oid) FROM pg_trigger), (SELECT max(oid) FROM pg_proc),
        (SELECT string_agg(relname, ' ' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
        (SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON oid = setdatabase WHERE datname = current_database()))
$$;

CREATE TABLE kept.tables (name text, columns text, empty boolean, rows bigint);
CREATE TABLE kept.sequences (name text, place bigint);
CREATE TABLE kept.state (shape text, since bigint);

DO $$
DECLARE one record; counted bigint; BEGIN
    FOR one IN SELECT relname AS name, (
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ) AS columns FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('SELECT count(*) FROM public.%I', one.name) INTO counted;
        INSERT INTO kept.tables VALUES (one.name, one.columns, counted = 0, counted);
        IF counted > 0 THEN
            EXECUTE format('CREATE TABLE kept.%I AS SELECT * FROM public.%I', 'rows of ' || one.name, one.name);
        END IF;
    END LOOP;
    INSERT INTO kept.sequences SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
END $$;

-- Whether this database is as it was now: not where its tables were changed, or hold too much to be deleted row by row.
CREATE FUNCTION kept.restore() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE one record; differs boolean; before bigint; BEGIN
    IF (SELECT shape FROM kept.state) <> kept.shape() THEN RETURN false; END IF;
    SELECT since INTO before FROM kept.state;
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT * FROM kept.tables LOOP
        IF one.empty THEN
            differs := pg_relation_size(format('public.%I', one.name)) > 0;
        ELSE
            EXECUTE format('SELECT count(*) <> $1 OR max(xmin::text::bigint) > $2 FROM public.%I', one.name)
                INTO differs USING one.rows, before;
        END IF;
        IF differs THEN
            IF pg_relation_size(format('public.%I', one.name)) > 1000000 THEN RETURN false; END IF;
            EXECUTE format('DELETE FROM public.%I', one.name);
            IF NOT one.empty THEN
                EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM kept.%I',
                    one.name, one.columns, one.columns, 'rows of ' || one.name);
            END IF;
        END IF;
    END LOOP;
    PERFORM setval(format('public.%I', name), coalesce(place, 1), place IS NOT NULL) FROM kept.sequences;
    UPDATE kept.state SET since = pg_current_xact_id()::text::bigint;
    RETURN true;
END $$;

INSERT INTO kept.state VALUES (kept.shape(), pg_current_xact_id()::text::bigint);
