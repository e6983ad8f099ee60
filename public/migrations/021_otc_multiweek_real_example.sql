-- Migration 021: from single OTC weeks to a multi-week workflow.
--
-- Six new tables remember how far each week and tier has come, what was refused and why, the six-week trends, the
-- research rows and the outcome of quality checks. Five tables that already hold data gain columns that say which
-- execution and which batch produced a row.
--
-- It may be run again: tables and indexes are created only where they are missing, and an ADD COLUMN whose column is
-- there already has nothing to do. No comment here contains the character that ends a statement, so that a runner that
-- cuts the text at every one of them still gets whole statements.

-- How far each week has come ------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS otc_week_manifest ( -- One row per week and tier: its source, its counts, its stage
    week_ending TEXT NOT NULL,              -- The Friday that closes the week, such as 2025-12-26
    tier TEXT NOT NULL,                     -- Market tier: NMS_TIER_1, NMS_TIER_2 or OTC

    source_type TEXT,                       -- How the data arrived: file or url
    source_locator TEXT,                    -- Where it came from, as a path or an address
    source_sha256 TEXT,                     -- SHA-256 digest that identifies the source, in hex
    source_bytes INTEGER,                   -- Length of the source in bytes

    row_count_raw INTEGER DEFAULT 0,        -- How many lines the source has
    row_count_parsed INTEGER DEFAULT 0,     -- How many of them could be read as records
    row_count_inserted INTEGER DEFAULT 0,   -- How many records went into otc_raw
    row_count_normalized INTEGER DEFAULT 0, -- How many went on into otc_venue_volume
    row_count_rejected INTEGER DEFAULT 0,   -- How many ended up in otc_rejects instead

    stage TEXT DEFAULT 'PENDING',           -- PENDING, then INGESTED, NORMALIZED, AGGREGATED, ROLLING, SNAPSHOT

    execution_id TEXT,                      -- The execution that touched this row most recently
    batch_id TEXT,                          -- The batch of runs in which the week was processed

    created_at TEXT DEFAULT (datetime('now')), -- UTC time at which the week was first seen
    updated_at TEXT DEFAULT (datetime('now')), -- UTC time of the latest progress, kept current by the writer

    PRIMARY KEY (week_ending, tier)
);

CREATE INDEX IF NOT EXISTS idx_manifest_stage ON otc_week_manifest(stage);
CREATE INDEX IF NOT EXISTS idx_manifest_batch ON otc_week_manifest(batch_id);

-- Raw rows learn their origin -----------------------------------------------------------------------------------------

ALTER TABLE otc_raw ADD COLUMN execution_id TEXT; -- The execution that read this row in
ALTER TABLE otc_raw ADD COLUMN batch_id TEXT; -- The batch that execution was part of
ALTER TABLE otc_raw ADD COLUMN record_hash TEXT; -- Fingerprint of the source record, by which a repeat is recognised
ALTER TABLE otc_raw ADD COLUMN ingested_at TEXT DEFAULT (datetime('now')); -- UTC time at which the row was read in

CREATE INDEX IF NOT EXISTS idx_otc_raw_execution ON otc_raw(execution_id);
CREATE INDEX IF NOT EXISTS idx_otc_raw_batch ON otc_raw(batch_id);
CREATE INDEX IF NOT EXISTS idx_otc_raw_hash ON otc_raw(record_hash);
CREATE INDEX IF NOT EXISTS idx_otc_raw_week_tier ON otc_raw(week_ending, tier);

-- What became of each raw row -----------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS otc_normalization_map ( -- One verdict per raw record and execution
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- Running number, never used twice

    raw_record_hash TEXT NOT NULL,          -- Fingerprint of the raw record that was judged

    week_ending TEXT,                       -- Week of the resulting row, for a record that was taken over
    tier TEXT,                              -- Tier of the resulting row
    symbol TEXT,                            -- Symbol of the resulting row
    mpid TEXT,                              -- Venue of the resulting row, by its four-letter participant code

    status TEXT NOT NULL,                   -- The verdict: ACCEPTED or REJECTED
    reject_reason TEXT,                     -- Code of the reason for a refusal, empty (NULL) otherwise
    reject_detail TEXT,                     -- The refusal explained in words

    execution_id TEXT NOT NULL,             -- The execution that gave the verdict
    batch_id TEXT,                          -- The batch that execution was part of
    created_at TEXT DEFAULT (datetime('now')), -- UTC time of the verdict

    UNIQUE(raw_record_hash, execution_id)
);

CREATE INDEX IF NOT EXISTS idx_normmap_status ON otc_normalization_map(status);
CREATE INDEX IF NOT EXISTS idx_normmap_week ON otc_normalization_map(week_ending, tier);
CREATE INDEX IF NOT EXISTS idx_normmap_rejected ON otc_normalization_map(status, reject_reason)
    WHERE status = 'REJECTED';

-- What was refused ----------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS otc_rejects ( -- One row per refused record, kept whole so that somebody can find out why
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- Running number, never used twice

    week_ending TEXT,                       -- Week of the record, or NULL where none could be read from it
    tier TEXT,                              -- Tier of the record, as far as it is known
    source_locator TEXT,                    -- Path or address of the source it stood in
    line_number INTEGER,                    -- Which line of the source it was, counted from 1

    raw_line TEXT,                          -- That line, unchanged
    raw_record_hash TEXT,                   -- Fingerprint of the record, where it could be read at all

    stage TEXT NOT NULL,                    -- The step that refused it: INGEST, NORMALIZE or AGGREGATE
    reason_code TEXT NOT NULL,              -- Why, as a code for programs, such as NOT_FRIDAY
    reason_detail TEXT,                     -- Why, in words for people

    execution_id TEXT NOT NULL,             -- The execution that refused it
    batch_id TEXT,                          -- The batch that execution was part of
    created_at TEXT DEFAULT (datetime('now')) -- UTC time of the refusal
);

CREATE INDEX IF NOT EXISTS idx_rejects_week ON otc_rejects(week_ending, tier);
CREATE INDEX IF NOT EXISTS idx_rejects_reason ON otc_rejects(reason_code);
CREATE INDEX IF NOT EXISTS idx_rejects_stage ON otc_rejects(stage);
CREATE INDEX IF NOT EXISTS idx_rejects_execution ON otc_rejects(execution_id);

-- Volumes by venue learn their origin ---------------------------------------------------------------------------------

ALTER TABLE otc_venue_volume ADD COLUMN execution_id TEXT; -- The execution that normalised this row
ALTER TABLE otc_venue_volume ADD COLUMN batch_id TEXT; -- The batch that execution was part of
ALTER TABLE otc_venue_volume ADD COLUMN normalized_at TEXT DEFAULT (datetime('now')); -- UTC time of doing so

CREATE INDEX IF NOT EXISTS idx_venue_vol_execution ON otc_venue_volume(execution_id);
CREATE INDEX IF NOT EXISTS idx_venue_vol_batch ON otc_venue_volume(batch_id);

-- Summaries by symbol learn their origin and the version of their formula ---------------------------------------------

ALTER TABLE otc_symbol_summary ADD COLUMN calculation_version TEXT DEFAULT 'v1.0.0'; -- Release of the formula
ALTER TABLE otc_symbol_summary ADD COLUMN execution_id TEXT; -- The execution that worked the figures out
ALTER TABLE otc_symbol_summary ADD COLUMN batch_id TEXT; -- The batch that execution was part of
ALTER TABLE otc_symbol_summary ADD COLUMN calculated_at TEXT DEFAULT (datetime('now')); -- UTC time of the calculation

CREATE INDEX IF NOT EXISTS idx_symbol_sum_execution ON otc_symbol_summary(execution_id);
CREATE INDEX IF NOT EXISTS idx_symbol_sum_batch ON otc_symbol_summary(batch_id);

-- Market shares learn the same ----------------------------------------------------------------------------------------

ALTER TABLE otc_venue_share ADD COLUMN calculation_version TEXT DEFAULT 'v1.0.0'; -- Release of the formula
ALTER TABLE otc_venue_share ADD COLUMN execution_id TEXT; -- The execution that worked the share out
ALTER TABLE otc_venue_share ADD COLUMN batch_id TEXT; -- The batch that execution was part of
ALTER TABLE otc_venue_share ADD COLUMN calculated_at TEXT DEFAULT (datetime('now')); -- UTC time of the calculation

CREATE INDEX IF NOT EXISTS idx_venue_share_execution ON otc_venue_share(execution_id);
CREATE INDEX IF NOT EXISTS idx_venue_share_batch ON otc_venue_share(batch_id);

-- Six weeks at a time -------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS otc_symbol_rolling_6w ( -- One row per symbol and week: the six weeks up to it
    week_ending TEXT NOT NULL,              -- The Friday on which the six weeks close
    tier TEXT NOT NULL,                     -- Market tier of the symbol
    symbol TEXT NOT NULL,                   -- The symbol that was traded

    avg_6w_volume INTEGER NOT NULL,         -- Mean weekly share volume in the window
    avg_6w_trades INTEGER NOT NULL,         -- Mean weekly number of trades in the window

    trend_direction TEXT NOT NULL,          -- Where the volume is heading: UP, DOWN or FLAT
    trend_pct TEXT NOT NULL,                -- How strongly, in percent, as decimal text so that no digit is lost

    weeks_in_window INTEGER NOT NULL,       -- How many of the weeks had data, from 1 to 6
    is_complete_window INTEGER NOT NULL,    -- 1 when all six weeks had data, 0 when some are missing

    rolling_version TEXT NOT NULL DEFAULT 'v1.0.0', -- Release of the formula behind the averages

    execution_id TEXT NOT NULL,             -- The execution that worked the window out
    batch_id TEXT,                          -- The batch that execution was part of
    calculated_at TEXT DEFAULT (datetime('now')), -- UTC time of the calculation

    PRIMARY KEY (week_ending, tier, symbol)
);

CREATE INDEX IF NOT EXISTS idx_rolling_week ON otc_symbol_rolling_6w(week_ending, tier);
CREATE INDEX IF NOT EXISTS idx_rolling_symbol ON otc_symbol_rolling_6w(symbol, tier);
CREATE INDEX IF NOT EXISTS idx_rolling_complete ON otc_symbol_rolling_6w(is_complete_window);

-- All about a symbol in one row ---------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS otc_research_snapshot ( -- One wide row per symbol and week, joined for research
    week_ending TEXT NOT NULL,              -- The Friday that closes the week
    tier TEXT NOT NULL,                     -- Market tier of the symbol
    symbol TEXT NOT NULL,                   -- The symbol that was traded

    total_volume INTEGER NOT NULL,          -- Shares traded at all venues together
    total_trades INTEGER NOT NULL,          -- Trades at all venues together
    venue_count INTEGER NOT NULL,           -- How many venues traded it
    top_venue_mpid TEXT,                    -- Participant code of the venue that traded most of it
    top_venue_share_pct TEXT,               -- What percentage that venue had, as decimal text

    avg_trade_size TEXT,                    -- Shares per trade, as decimal text

    rolling_avg_6w_volume INTEGER,          -- Mean weekly volume, taken from the six-week figures
    rolling_avg_6w_trades INTEGER,          -- Mean weekly trades, taken from the six-week figures
    rolling_trend_direction TEXT,           -- Trend of the volume, taken from the six-week figures
    rolling_weeks_available INTEGER,        -- How many weeks those figures rest on
    rolling_is_complete INTEGER,            -- 1 when they rest on all six weeks, else 0

    has_rolling_data INTEGER NOT NULL,      -- 1 when there are six-week figures for this row, 0 when there are none
    quality_status TEXT,                    -- Overall result of the checks on the week: PASS, WARN or FAIL

    snapshot_version TEXT NOT NULL DEFAULT 'v1.0.0', -- Release of the rules by which the row was put together
    execution_id TEXT NOT NULL,             -- The execution that put it together
    batch_id TEXT,                          -- The batch that execution was part of
    created_at TEXT DEFAULT (datetime('now')), -- UTC time at which it was put together

    PRIMARY KEY (week_ending, tier, symbol)
);

CREATE INDEX IF NOT EXISTS idx_snapshot_week ON otc_research_snapshot(week_ending, tier);
CREATE INDEX IF NOT EXISTS idx_snapshot_symbol ON otc_research_snapshot(symbol);

-- What the checks found -----------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS otc_quality_checks ( -- One row for every check that a pipeline made on a week and tier
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- Running number, never used twice

    week_ending TEXT NOT NULL,              -- Week that was checked
    tier TEXT NOT NULL,                     -- Tier that was checked
    pipeline_name TEXT NOT NULL,            -- The pipeline that made the check

    check_name TEXT NOT NULL,               -- Name of the check, such as no_negative_volumes
    check_category TEXT NOT NULL,           -- What it guards: INTEGRITY, COMPLETENESS or BUSINESS_RULE
    status TEXT NOT NULL,                   -- How it went: PASS, WARN or FAIL

    check_value TEXT,                       -- The figure that was measured
    expected_value TEXT,                    -- The figure that would have been right
    tolerance TEXT,                         -- How far off it may be, for checks that allow it
    message TEXT,                           -- The result as a sentence

    execution_id TEXT NOT NULL,             -- The execution in which the check ran
    batch_id TEXT,                          -- The batch that execution was part of
    checked_at TEXT DEFAULT (datetime('now')) -- UTC time of the check
);

CREATE INDEX IF NOT EXISTS idx_qc_week ON otc_quality_checks(week_ending, tier);
CREATE INDEX IF NOT EXISTS idx_qc_status ON otc_quality_checks(status);
CREATE INDEX IF NOT EXISTS idx_qc_pipeline ON otc_quality_checks(pipeline_name);
CREATE INDEX IF NOT EXISTS idx_qc_check ON otc_quality_checks(check_name);

-- Executions know who started them ------------------------------------------------------------------------------------

ALTER TABLE executions ADD COLUMN parent_execution_id TEXT; -- The execution that started this one, if any
ALTER TABLE executions ADD COLUMN batch_id TEXT; -- The batch this execution is part of

CREATE INDEX IF NOT EXISTS idx_exec_parent ON executions(parent_execution_id);
CREATE INDEX IF NOT EXISTS idx_exec_batch ON executions(batch_id);
