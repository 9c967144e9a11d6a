-- Whose a row is was not known: the journal tells all of them again.
DROP TABLE order_journal;
CREATE TABLE order_journal (
    journal TEXT NOT NULL,
    seq BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    ts BIGINT NOT NULL,
    venue TEXT NOT NULL,
    cl_ord_id TEXT NOT NULL,
    parent_order_id TEXT,
    uid TEXT NOT NULL,
    event TEXT NOT NULL,
    reason TEXT,
    side TEXT NOT NULL,
    price TEXT NOT NULL,
    qty TEXT NOT NULL,
    filled TEXT NOT NULL,
    fsm TEXT NOT NULL,
    fate TEXT NOT NULL,
    exactly_once_state TEXT NOT NULL,
    venue_order_id TEXT,
    PRIMARY KEY (journal, seq, cl_ord_id)
);
CREATE INDEX order_journal_by_order ON order_journal (venue, cl_ord_id);
CREATE INDEX order_journal_by_parent ON order_journal (parent_order_id, ts);
