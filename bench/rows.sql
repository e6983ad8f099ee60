-- Makes a benchmark's database: an older installation that has gathered two years of weekly OTC volumes, refused records
-- and quality checks. Every figure is computed from the row's place, so that the same size is the same file everywhere.
-- Before it, the temporary table `scale` has to hold how many symbols there are: all else follows from that.

-- Tables of the narrow sample (public/migrations/samples/otc-base-narrow.sql), so that migration 021 has all of its columns
-- to add. Indexes, the view and the trigger come after the rows, which are inserted in the order of their keys.

CREATE TABLE otc_raw (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    week_ending TEXT NOT NULL,
    tier TEXT NOT NULL,
    symbol TEXT NOT NULL,
    issue_name TEXT,
    venue_name TEXT,
    mpid TEXT NOT NULL,
    share_volume INTEGER NOT NULL,
    trade_count INTEGER NOT NULL,
    source_file TEXT
);

CREATE TABLE otc_venue_volume (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    week_ending TEXT NOT NULL,
    tier TEXT NOT NULL,
    symbol TEXT NOT NULL,
    mpid TEXT NOT NULL,
    share_volume INTEGER NOT NULL,
    trade_count INTEGER NOT NULL,
    avg_trade_size TEXT,
    UNIQUE(week_ending, tier, symbol, mpid)
);

CREATE TABLE otc_symbol_summary (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    week_ending TEXT NOT NULL,
    tier TEXT NOT NULL,
    symbol TEXT NOT NULL,
    total_volume INTEGER NOT NULL,
    total_trades INTEGER NOT NULL,
    venue_count INTEGER NOT NULL,
    avg_trade_size TEXT,
    computed_at TEXT NOT NULL DEFAULT (datetime('now')),
    UNIQUE(week_ending, tier, symbol)
);

CREATE TABLE otc_venue_share (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    week_ending TEXT NOT NULL,
    mpid TEXT NOT NULL,
    total_volume INTEGER NOT NULL,
    total_trades INTEGER NOT NULL,
    symbol_count INTEGER NOT NULL,
    market_share_pct TEXT NOT NULL,
    rank INTEGER NOT NULL,
    computed_at TEXT NOT NULL DEFAULT (datetime('now')),
    UNIQUE(week_ending, mpid)
);

CREATE TABLE executions (
    id TEXT PRIMARY KEY,
    pipeline TEXT NOT NULL,
    params TEXT,
    lane TEXT,
    trigger_source TEXT,
    logical_key TEXT,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    error TEXT,
    result TEXT
);

-- Two tables that migration 021 would make are here already, in its shape and with rows, but without its indexes.

CREATE TABLE otc_rejects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    week_ending TEXT,
    tier TEXT,
    source_locator TEXT,
    line_number INTEGER,
    raw_line TEXT,
    raw_record_hash TEXT,
    stage TEXT NOT NULL,
    reason_code TEXT NOT NULL,
    reason_detail TEXT,
    execution_id TEXT NOT NULL,
    batch_id TEXT,
    created_at TEXT DEFAULT (datetime('now'))
);

CREATE TABLE otc_quality_checks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    week_ending TEXT NOT NULL,
    tier TEXT NOT NULL,
    pipeline_name TEXT NOT NULL,
    check_name TEXT NOT NULL,
    check_category TEXT NOT NULL,
    status TEXT NOT NULL,
    check_value TEXT,
    expected_value TEXT,
    tolerance TEXT,
    message TEXT,
    execution_id TEXT NOT NULL,
    batch_id TEXT,
    checked_at TEXT DEFAULT (datetime('now'))
);

-- What the rows are made of -------------------------------------------------------------------------------------------

CREATE TEMP TABLE week AS
WITH RECURSIVE week(number, week_ending) AS (
    VALUES (0, '2024-01-05')
    UNION ALL
    SELECT number + 1, date(week_ending, '+7 days') FROM week WHERE number < 103
)
SELECT number, week_ending, replace(week_ending, '-', '') AS day FROM week;

CREATE TEMP TABLE venue(number INTEGER PRIMARY KEY, mpid TEXT, venue_name TEXT, weight INTEGER);
INSERT INTO venue VALUES
(0, 'BRGT', 'Bright Harbor Securities LLC', 210),
(1, 'CDLN', 'Cordelain Execution Services', 164),
(2, 'DRFT', 'Driftwood Crossing ATS', 48),
(3, 'EMBR', 'Ember Street Markets LLC', 121),
(4, 'FLNT', 'Flintlock Trading LP', 73),
(5, 'GRVE', 'Grove Lane Brokerage', 22),
(6, 'HVST', 'Harvest Moon ATS', 35),
(7, 'KNGS', 'Kingsferry Capital Markets', 96),
(8, 'LNTR', 'Lantern Liquidity LLC', 57),
(9, 'NRTH', 'Northgate Wholesale LLC', 143),
(10, 'PLNK', 'Plank Road Partners', 18),
(11, 'QRRY', 'Quarry Hill Midpoint ATS', 30);

-- The three tiers have a third of the symbols each. Five letters in the order of the numbers, the last a check letter.
CREATE TEMP TABLE issue(number INTEGER PRIMARY KEY, tier TEXT, symbol TEXT, issue_name TEXT, usual_volume INTEGER);
INSERT INTO issue
WITH RECURSIVE
place(number) AS (
    VALUES (0)
    UNION ALL
    SELECT number + 1 FROM place WHERE number + 1 < (SELECT symbols FROM scale)
),
head(number, text) AS (VALUES (0, 'Aber'), (1, 'Brook'), (2, 'Cald'), (3, 'Del'), (4, 'Ever'), (5, 'Font'), (6, 'Gran')),
middle(number, text) AS (VALUES (0, 'on'), (1, 'vale'), (2, 'mara'), (3, 'quist'), (4, 'stone')),
field(number, text) AS (
    VALUES (0, 'Foods'), (1, 'Energy'), (2, 'Mining'), (3, 'Rail'), (4, 'Software'), (5, 'Health'), (6, 'Shipping'),
    (7, 'Insurance'), (8, 'Retail'), (9, 'Chemicals'), (10, 'Robotics')
),
form(number, text) AS (VALUES (0, 'Inc.'), (1, 'Holdings, Inc.'), (2, 'Group, Inc.'), (3, 'Company'), (4, 'Corp.'))
SELECT
    place.number,
    CASE place.number * 3 / (SELECT symbols FROM scale) WHEN 0 THEN 'NMS_TIER_1' WHEN 1 THEN 'NMS_TIER_2' ELSE 'OTC' END,
    char(
        65 + place.number / 17576 % 26,
        65 + place.number / 676 % 26,
        65 + place.number / 26 % 26,
        65 + place.number % 26,
        65 + place.number * 7 % 26
    ),
    head.text || middle.text || ' ' || field.text || ' ' || form.text,
    900 + place.number * 48271 % 2147483647 % 90000
FROM place, head, middle, field, form
WHERE head.number = place.number % 7
    AND middle.number = place.number / 7 % 5
    AND field.number = place.number / 35 % 11
    AND form.number = place.number * 31 % 5;

-- Four of the twelve venues trade a symbol, save for a few weeks without a trade.
CREATE TEMP TABLE listing AS
SELECT issue.*, venue.number AS venue, venue.mpid, venue.venue_name, venue.weight
FROM issue CROSS JOIN venue
WHERE (venue.number + issue.number) % 3 = 0
ORDER BY issue.number, venue.number;

-- Rows ----------------------------------------------------------------------------------------------------------------

INSERT INTO otc_raw (
    week_ending, tier, symbol, issue_name, venue_name, mpid, share_volume, trade_count, source_file
)
SELECT
    week.week_ending,
    tier,
    symbol,
    issue_name,
    venue_name,
    mpid,
    usual_volume * weight / 10 + (week.number * 7919 + listing.number * 104729 + venue * 31) % 9973,
    1 + (usual_volume * weight / 10) / (90 + listing.number % 211),
    'otc_weekly_' || lower(tier) || '_' || week.day || '.psv'
FROM week CROSS JOIN listing
WHERE (week.number * 13 + listing.number * 17 + venue * 5) % 61 > 0;

INSERT INTO otc_venue_volume (week_ending, tier, symbol, mpid, share_volume, trade_count, avg_trade_size)
SELECT
    week_ending,
    tier,
    symbol,
    mpid,
    share_volume,
    trade_count,
    printf('%d.%02d', share_volume / trade_count, share_volume * 100 / trade_count % 100)
FROM otc_raw
ORDER BY id;

INSERT INTO otc_symbol_summary (
    week_ending, tier, symbol, total_volume, total_trades, venue_count, avg_trade_size, computed_at
)
SELECT
    week_ending,
    tier,
    symbol,
    sum(share_volume),
    sum(trade_count),
    count(*),
    printf('%d.%02d', sum(share_volume) / sum(trade_count), sum(share_volume) * 100 / sum(trade_count) % 100),
    datetime(week_ending, '+31 days', '+8 hours')
FROM otc_venue_volume
GROUP BY week_ending, tier, symbol;

INSERT INTO otc_venue_share (
    week_ending, mpid, total_volume, total_trades, symbol_count, market_share_pct, rank, computed_at
)
SELECT
    week_ending,
    mpid,
    volume,
    trades,
    symbols,
    printf('%d.%04d', volume * 100 / week_volume, volume * 1000000 / week_volume % 10000),
    row_number() OVER (PARTITION BY week_ending ORDER BY volume DESC, mpid),
    datetime(week_ending, '+31 days', '+8 hours', '+2 minutes')
FROM (
    SELECT
        week_ending,
        mpid,
        sum(share_volume) AS volume,
        sum(trade_count) AS trades,
        count(*) AS symbols,
        sum(sum(share_volume)) OVER (PARTITION BY week_ending) AS week_volume
    FROM otc_venue_volume
    GROUP BY week_ending, mpid
)
ORDER BY week_ending, mpid;

-- Every symbol of every fourth week is worked on alone once, as a repair is; the identifiers look like UUIDs.
INSERT INTO executions
SELECT
    printf(
        '%08x-%04x-4%03x-a%03x-%08x%04x',
        week.number * 65536 + issue.number,
        (week.number * 40503 + issue.number) % 65521,
        issue.number * 1103 % 4093,
        issue.number * 2741 % 4093,
        (week.number * 65536 + issue.number) * 2246822519 % 4294967279,
        (week.number * 30011 + issue.number) % 65521
    ),
    'otc.normalize_week',
    '{"week_ending":"' || week_ending || '","tier":"' || tier || '","symbol":"' || symbol || '"}',
    'normal',
    CASE WHEN issue.number % 5 = 0 THEN 'retry' ELSE 'schedule' END,
    'otc.normalize_week:' || week_ending || ':' || symbol,
    'completed',
    datetime(week_ending, '+31 days', '+' || (issue.number % 600) || ' minutes'),
    datetime(week_ending, '+31 days', '+' || (issue.number % 600) || ' minutes', '+2 seconds'),
    datetime(week_ending, '+31 days', '+' || (issue.number % 600) || ' minutes', '+41 seconds'),
    NULL,
    '{"rows":4}'
FROM week CROSS JOIN issue
WHERE week.number % 4 = 0;

-- One record in 29 was refused at first.
INSERT INTO otc_rejects (
    week_ending, tier, source_locator, line_number, raw_line, raw_record_hash, stage, reason_code, reason_detail,
    execution_id, batch_id, created_at
)
SELECT
    week_ending,
    tier,
    'inbox/' || source_file,
    id % 20000,
    tier || '|' || symbol || '|' || issue_name || '|' || mpid || '|' || share_volume || '|' || week_ending,
    printf('%08x%08x%08x', id * 2654435761 % 4294967291, id * 2246822519 % 4294967279, id * 3266489917 % 4294967231),
    CASE id % 3 WHEN 0 THEN 'INGEST' WHEN 1 THEN 'NORMALIZE' ELSE 'AGGREGATE' END,
    CASE id % 4
        WHEN 0 THEN 'NOT_FRIDAY' WHEN 1 THEN 'NEGATIVE_VOLUME' WHEN 2 THEN 'UNKNOWN_TIER' ELSE 'DUPLICATE_RECORD'
    END,
    'The record was refused and read again after the source had been mended',
    printf('%08x-%04x-4000-a000-%012x', id * 668265263 % 4294967197, id % 65521, id),
    'otc-' || lower(tier) || '-' || week_ending,
    datetime(week_ending, '+31 days', '+' || (id % 500) || ' minutes')
FROM otc_raw
WHERE id * 31 % 29 = 0;

-- Each summary was checked by one of six checks.
INSERT INTO otc_quality_checks (
    week_ending, tier, pipeline_name, check_name, check_category, status, check_value, expected_value, message,
    execution_id, batch_id, checked_at
)
SELECT
    week_ending,
    tier,
    CASE id % 2 WHEN 0 THEN 'otc.normalize_week' ELSE 'otc.aggregate_week' END,
    CASE id % 6
        WHEN 0 THEN 'no_negative_volumes' WHEN 1 THEN 'venue_count_in_range' WHEN 2 THEN 'shares_add_up'
        WHEN 3 THEN 'symbol_known' WHEN 4 THEN 'week_is_friday' ELSE 'trades_below_volume'
    END,
    CASE id % 3 WHEN 0 THEN 'INTEGRITY' WHEN 1 THEN 'COMPLETENESS' ELSE 'BUSINESS_RULE' END,
    CASE WHEN id % 97 = 0 THEN 'FAIL' WHEN id % 19 = 0 THEN 'WARN' ELSE 'PASS' END,
    CAST(total_volume AS TEXT),
    CAST(total_volume AS TEXT),
    symbol || ' was checked',
    printf('%08x-%04x-4000-a000-%012x', id * 668265263 % 4294967197, id % 65521, id),
    'otc-' || lower(tier) || '-' || week_ending,
    datetime(week_ending, '+31 days', '+9 hours')
FROM otc_symbol_summary
WHERE id % 2 = 0
ORDER BY id;

-- What a database in use has beside its tables ------------------------------------------------------------------------

CREATE INDEX idx_otc_raw_week ON otc_raw(week_ending);
CREATE INDEX idx_otc_raw_symbol ON otc_raw(symbol);

CREATE VIEW otc_week_totals AS
SELECT
    week_ending,
    tier,
    count(DISTINCT symbol) AS symbols,
    count(DISTINCT mpid) AS venues,
    sum(share_volume) AS shares,
    sum(trade_count) AS trades
FROM otc_venue_volume
GROUP BY week_ending, tier;

CREATE TRIGGER otc_venue_volume_trade_size
AFTER INSERT ON otc_venue_volume
WHEN NEW.avg_trade_size IS NULL AND NEW.trade_count > 0
BEGIN
    UPDATE otc_venue_volume
    SET avg_trade_size = printf('%d.%02d', NEW.share_volume / NEW.trade_count, NEW.share_volume * 100 / NEW.trade_count % 100)
    WHERE id = NEW.id;
END;

PRAGMA user_version = 20;
