-- Makes the sample database of the narrow shape, from nothing: the same weekly OTC volumes in an older installation,
-- whose tables have no batch, hash or arrival columns yet, so that migration 021 has all of them to add. Symbols and
-- venues are invented, and every figure is computed from small numbers, so that each engine makes the same rows.

PRAGMA user_version = 20;

-- Tables --------------------------------------------------------------------------------------------------------------

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

CREATE INDEX idx_otc_raw_week ON otc_raw(week_ending);
CREATE INDEX idx_otc_raw_symbol ON otc_raw(symbol);

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

-- A view and a trigger, as a database in use has them -----------------------------------------------------------------

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

-- Whole hundredths, because engines do not all round a decimal fraction alike.
CREATE TRIGGER otc_venue_volume_trade_size
AFTER INSERT ON otc_venue_volume
WHEN NEW.avg_trade_size IS NULL AND NEW.trade_count > 0
BEGIN
    UPDATE otc_venue_volume
    SET avg_trade_size = printf(
        '%d.%02d',
        (200 * NEW.share_volume + NEW.trade_count) / (2 * NEW.trade_count) / 100,
        (200 * NEW.share_volume + NEW.trade_count) / (2 * NEW.trade_count) % 100
    )
    WHERE id = NEW.id;
END;

-- Rows: twelve weeks, three tiers of 25 symbols, and for each symbol about four of twelve venues ----------------------

WITH RECURSIVE
week(number, week_ending) AS (
    VALUES (1, '2025-10-10')
    UNION ALL
    SELECT number + 1, date(week_ending, '+7 days') FROM week WHERE number < 12
),
tier(name, base_volume, trade_size, days_to_publication) AS (
    VALUES
    ('NMS_TIER_1', 9000, 130, 17),
    ('NMS_TIER_2', 1700, 95, 31),
    ('OTC', 5200, 2400, 31)
),
issue(number, tier, symbol, issue_name) AS (
    VALUES
    (1, 'NMS_TIER_1', 'ABRN', 'Aberon Industries Inc.'),
    (2, 'NMS_TIER_1', 'ALTV', 'Altavela Foods Holdings, Inc.'),
    (3, 'NMS_TIER_1', 'ARDX', 'Ardexa Energy Group, Inc.'),
    (4, 'NMS_TIER_1', 'BLKV', 'Blackvale Mining Company'),
    (5, 'NMS_TIER_1', 'BRTN', 'Brentano Rail Corp.'),
    (6, 'NMS_TIER_1', 'CALQ', 'Calquist Software Inc.'),
    (7, 'NMS_TIER_1', 'CDRN', 'Cedarane Timber Holdings, Inc.'),
    (8, 'NMS_TIER_1', 'CORV', 'Corvanta Health Group, Inc.'),
    (9, 'NMS_TIER_1', 'DLMR', 'Delmara Hotels Company'),
    (10, 'NMS_TIER_1', 'EVRS', 'Everosa Retail Corp.'),
    (11, 'NMS_TIER_1', 'FNTL', 'Fontelle Media Inc.'),
    (12, 'NMS_TIER_1', 'GRDN', 'Gardenne Water Holdings, Inc.'),
    (13, 'NMS_TIER_1', 'HLCN', 'Halcyonic Power Group, Inc.'),
    (14, 'NMS_TIER_1', 'IRVN', 'Irvanta Insurance Company'),
    (15, 'NMS_TIER_1', 'KSTR', 'Kestrane Air Corp.'),
    (16, 'NMS_TIER_1', 'LMNA', 'Luminara Optics Inc.'),
    (17, 'NMS_TIER_1', 'MRDN', 'Meridane Bank Holdings, Inc.'),
    (18, 'NMS_TIER_1', 'NVLT', 'Novalette Chips Group, Inc.'),
    (19, 'NMS_TIER_1', 'OKLN', 'Oaklune Motors Company'),
    (20, 'NMS_TIER_1', 'PRSM', 'Prismara Labs Corp.'),
    (21, 'NMS_TIER_1', 'QNTA', 'Quintara Data Inc.'),
    (22, 'NMS_TIER_1', 'RVRS', 'Riverose Paper Holdings, Inc.'),
    (23, 'NMS_TIER_1', 'STLW', 'Stellow Steel Group, Inc.'),
    (24, 'NMS_TIER_1', 'TRNQ', 'Tranqua Marine Company'),
    (25, 'NMS_TIER_1', 'VLDR', 'Valdorne Capital Corp.'),
    (26, 'NMS_TIER_2', 'ACTQ', 'Actiqua Sensors Inc.'),
    (27, 'NMS_TIER_2', 'AMBR', 'Amberwick Spirits Holdings, Inc.'),
    (28, 'NMS_TIER_2', 'BRKL', 'Brookline Tools Group, Inc.'),
    (29, 'NMS_TIER_2', 'CLVT', 'Clevanta Dental Company'),
    (30, 'NMS_TIER_2', 'CYPT', 'Cypertine Cloud Corp.'),
    (31, 'NMS_TIER_2', 'DNVA', 'Denvara Homes Inc.'),
    (32, 'NMS_TIER_2', 'ELKM', 'Elkmoor Outdoor Holdings, Inc.'),
    (33, 'NMS_TIER_2', 'FLRT', 'Floretta Seeds Group, Inc.'),
    (34, 'NMS_TIER_2', 'GLNX', 'Glennox Freight Company'),
    (35, 'NMS_TIER_2', 'HRTZ', 'Heartzone Fitness Corp.'),
    (36, 'NMS_TIER_2', 'INVQ', 'Invoque Games Inc.'),
    (37, 'NMS_TIER_2', 'JNPR', 'Junipera Skincare Holdings, Inc.'),
    (38, 'NMS_TIER_2', 'KLMT', 'Kelmont Cement Group, Inc.'),
    (39, 'NMS_TIER_2', 'LRKS', 'Larkspire Schools Company'),
    (40, 'NMS_TIER_2', 'MNTV', 'Montevelle Gas Corp.'),
    (41, 'NMS_TIER_2', 'NRDV', 'Nordavik Shipping Inc.'),
    (42, 'NMS_TIER_2', 'ORBT', 'Orbitane Space Holdings, Inc.'),
    (43, 'NMS_TIER_2', 'PLVR', 'Pelverra Pharma Group, Inc.'),
    (44, 'NMS_TIER_2', 'QRYN', 'Quaryn Analytics Company'),
    (45, 'NMS_TIER_2', 'RDGE', 'Ridgeholm Trust Corp.'),
    (46, 'NMS_TIER_2', 'SLVN', 'Silvanne Textiles Inc.'),
    (47, 'NMS_TIER_2', 'TMBR', 'Tamberlo Coffee Holdings, Inc.'),
    (48, 'NMS_TIER_2', 'UPLN', 'Uplanda Solar Group, Inc.'),
    (49, 'NMS_TIER_2', 'WXFD', 'Waxford Candles Company'),
    (50, 'NMS_TIER_2', 'ZNTH', 'Zenthara Robotics Corp.'),
    (51, 'OTC', 'AGLDF', 'Aglorad Gold AB'),
    (52, 'OTC', 'AVNTF', 'Avontide Maritime S.A.'),
    (53, 'OTC', 'BHRVF', 'Bahravia Cement plc'),
    (54, 'OTC', 'BLTCF', 'Baltica Fisheries N.V.'),
    (55, 'OTC', 'CMBLF', 'Cambelle Cacao Ltd.'),
    (56, 'OTC', 'CRTNF', 'Cortano Copper AB'),
    (57, 'OTC', 'DRKHF', 'Drakholm Uranium S.A.'),
    (58, 'OTC', 'ENRVF', 'Enerva Wind plc'),
    (59, 'OTC', 'FJLDF', 'Fjeldane Salmon N.V.'),
    (60, 'OTC', 'GVRNF', 'Gavarno Leather Ltd.'),
    (61, 'OTC', 'HKRNF', 'Hakaron Ceramics AB'),
    (62, 'OTC', 'IBRXF', 'Ibrexa Ferries S.A.'),
    (63, 'OTC', 'KRDLF', 'Kordelia Glass plc'),
    (64, 'OTC', 'LTHVF', 'Lithava Battery N.V.'),
    (65, 'OTC', 'MNDRF', 'Mandura Tea Ltd.'),
    (66, 'OTC', 'NKLSF', 'Nikelsen Metals AB'),
    (67, 'OTC', 'OSLVF', 'Oslova Chemicals S.A.'),
    (68, 'OTC', 'PTGNF', 'Patagane Wool plc'),
    (69, 'OTC', 'QBCSF', 'Quebasse Silver N.V.'),
    (70, 'OTC', 'RMNVF', 'Romanova Vodka Ltd.'),
    (71, 'OTC', 'SVRNF', 'Savarno Cheese AB'),
    (72, 'OTC', 'TKMRF', 'Tokumara Tyres S.A.'),
    (73, 'OTC', 'URLVF', 'Uralva Potash plc'),
    (74, 'OTC', 'VSTGF', 'Vestergard Toys N.V.'),
    (75, 'OTC', 'WLLNF', 'Wallonne Brewing Ltd.')
),
venue(number, mpid, venue_name, weight) AS (
    VALUES
    (1, 'BRGT', 'Bright Harbor Securities LLC', 210),
    (2, 'CDLN', 'Cordelain Execution Services', 164),
    (3, 'DRFT', 'Driftwood Crossing ATS', 48),
    (4, 'EMBR', 'Ember Street Markets LLC', 121),
    (5, 'FLNT', 'Flintlock Trading LP', 73),
    (6, 'GRVE', 'Grove Lane Brokerage', 22),
    (7, 'HVST', 'Harvest Moon ATS', 35),
    (8, 'KNGS', 'Kingsferry Capital Markets', 96),
    (9, 'LNTR', 'Lantern Liquidity LLC', 57),
    (10, 'NRTH', 'Northgate Wholesale LLC', 143),
    (11, 'PLNK', 'Plank Road Partners', 18),
    (12, 'QRRY', 'Quarry Hill Midpoint ATS', 30)
),
-- Which venue trades which symbol stays the same from week to week, save for a few weeks without a trade.
traded AS (
    SELECT
        (week.number * 100 + issue.number) * 100 + venue.number AS number,
        week.week_ending,
        issue.tier,
        issue.symbol,
        issue.issue_name,
        venue.venue_name,
        venue.mpid,
        tier.base_volume * venue.weight / 100
            * (8 + issue.number * 37 % 53)
            * (100 + week.number * 3 + (week.number * 11 + issue.number * 7) % 23)
            / 100 AS usual_volume,
        tier.trade_size + issue.number * 29 % 41 AS trade_size,
        tier.days_to_publication
    FROM week, issue, venue
    JOIN tier ON tier.name = issue.tier
    WHERE (issue.number + venue.number * (1 + issue.number % 2)) % 3 = 0
        AND (week.number * 13 + issue.number * 17 + venue.number * 5) % 61 > 0
)
INSERT INTO otc_raw (
    week_ending,
    tier,
    symbol,
    issue_name,
    venue_name,
    mpid,
    share_volume,
    trade_count,
    source_file
)
SELECT
    week_ending,
    tier,
    symbol,
    issue_name,
    venue_name,
    mpid,
    usual_volume + number * 7919 % 1009 * usual_volume / 2000,
    1 + (usual_volume + number * 104729 % 499) / (trade_size + number * 31 % 17),
    'otc_weekly_' || lower(tier) || '_' || replace(week_ending, '-', '') || '.psv'
FROM traded
ORDER BY week_ending, tier, symbol, mpid;

INSERT INTO otc_venue_volume (week_ending, tier, symbol, mpid, share_volume, trade_count)
SELECT
    week_ending,
    tier,
    symbol,
    mpid,
    share_volume,
    trade_count
FROM otc_raw
ORDER BY id;

INSERT INTO otc_symbol_summary (
    week_ending,
    tier,
    symbol,
    total_volume,
    total_trades,
    venue_count,
    avg_trade_size,
    computed_at
)
SELECT
    week_ending,
    tier,
    symbol,
    sum(share_volume),
    sum(trade_count),
    count(*),
    printf(
        '%d.%02d',
        (200 * sum(share_volume) + sum(trade_count)) / (2 * sum(trade_count)) / 100,
        (200 * sum(share_volume) + sum(trade_count)) / (2 * sum(trade_count)) % 100
    ),
    datetime(week_ending, '+31 days', '+8 hours')
FROM otc_venue_volume
GROUP BY week_ending, tier, symbol
ORDER BY week_ending, tier, symbol;

-- Shares are cut from a running total, so that those of a week add up to 100 to the last digit.
WITH
venue_week AS (
    SELECT
        week_ending,
        mpid,
        sum(share_volume) AS volume,
        sum(trade_count) AS trades,
        count(DISTINCT symbol) AS symbols
    FROM otc_venue_volume
    GROUP BY week_ending, mpid
),
ranked AS (
    SELECT
        week_ending,
        mpid,
        volume,
        trades,
        symbols,
        sum(volume) OVER (PARTITION BY week_ending) AS week_volume,
        sum(volume) OVER (PARTITION BY week_ending ORDER BY volume DESC, mpid) AS running_volume,
        row_number() OVER (PARTITION BY week_ending ORDER BY volume DESC, mpid) AS place
    FROM venue_week
),
share AS (
    SELECT
        *,
        running_volume * 1000000 / week_volume
            - (running_volume - volume) * 1000000 / week_volume AS millionths
    FROM ranked
)
INSERT INTO otc_venue_share (
    week_ending,
    mpid,
    total_volume,
    total_trades,
    symbol_count,
    market_share_pct,
    rank,
    computed_at
)
SELECT
    week_ending,
    mpid,
    volume,
    trades,
    symbols,
    printf('%d.%04d', millionths / 10000, millionths % 10000),
    place,
    datetime(week_ending, '+31 days', '+8 hours', '+2 minutes')
FROM share
ORDER BY week_ending, place;

-- Five runs for each week; two of them failed at first and were started again.
WITH
step(number, pipeline, tier, days, minutes, seconds) AS (
    VALUES
    (1, 'otc.ingest_week', 'NMS_TIER_1', 17, 360, 246),
    (2, 'otc.ingest_week', 'NMS_TIER_2', 31, 360, 241),
    (3, 'otc.ingest_week', 'OTC', 31, 360, 255),
    (4, 'otc.normalize_week', NULL, 31, 418, 134),
    (5, 'otc.aggregate_week', NULL, 31, 478, 141)
),
week AS (
    SELECT week_ending, row_number() OVER (ORDER BY week_ending) AS number
    FROM otc_raw
    GROUP BY week_ending
),
attempt(failed) AS (VALUES (1), (0)),
run AS (
    SELECT
        week.number * 100 + step.number * 10 + attempt.failed AS number,
        week.week_ending,
        step.pipeline,
        step.tier,
        step.seconds,
        attempt.failed,
        week.number * 10 + step.number IN (43, 94) AS troubled,
        datetime(
            week.week_ending,
            '+' || step.days || ' days',
            '+' || (step.minutes - 25 * attempt.failed) || ' minutes'
        ) AS created_at,
        CASE
            WHEN step.number = 5 THEN (SELECT count(*) FROM otc_symbol_summary WHERE week_ending = week.week_ending)
            ELSE (
                SELECT count(*)
                FROM otc_raw
                WHERE week_ending = week.week_ending AND tier = coalesce(step.tier, tier)
            )
        END AS row_count
    FROM week, step, attempt
    WHERE attempt.failed = 0 OR week.number * 10 + step.number IN (43, 94)
)
INSERT INTO executions (
    id,
    pipeline,
    params,
    lane,
    trigger_source,
    logical_key,
    status,
    created_at,
    started_at,
    completed_at,
    error,
    result
)
SELECT
    printf(
        '%08x-%04x-4%03x-a%03x-%08x%04x',
        number * 2654435761 % 4294967291,
        number * 40503 % 65521,
        number * 1103 % 4093,
        number * 2741 % 4093,
        number * 2246822519 % 4294967279,
        number * 30011 % 65521
    ),
    pipeline,
    '{"week_ending":"' || week_ending || '"' || coalesce(',"tier":"' || tier || '"', '') || '}',
    'normal',
    CASE WHEN troubled AND NOT failed THEN 'retry' ELSE 'schedule' END,
    pipeline || ':' || week_ending || coalesce(':' || tier, ''),
    CASE WHEN failed THEN 'failed' ELSE 'completed' END,
    created_at,
    datetime(created_at, '+2 seconds'),
    datetime(created_at, '+' || (CASE WHEN failed THEN 33 ELSE seconds END) || ' seconds'),
    CASE WHEN failed THEN 'The connection was closed before the answer was complete' END,
    CASE WHEN NOT failed THEN '{"rows":' || row_count || '}' END
FROM run
ORDER BY created_at, number;
