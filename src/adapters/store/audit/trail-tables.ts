/** `mcoa`: tells the file from the databases of other programs, the store among them. */
export const APPLICATION_ID = 0x6d636f61;

export const VERSION = 1;

/**
 * `audit` and `head` are the trail; `moments` and `terms` are made from it, for finding records. The guards are against
 * mistakes of ours: who can write the file can drop them, and `verify` tells so. Another text here is another version:
 * what stands in the file is held against it.
 */
export const SCHEMA = `
  CREATE TABLE audit (seq INTEGER PRIMARY KEY, doc BLOB NOT NULL, hash BLOB NOT NULL);
  CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END;
  CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END;

  CREATE TABLE head (
    row INTEGER PRIMARY KEY CHECK (row = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    records INTEGER NOT NULL
  );
  INSERT INTO head (row, seq, hash, records) VALUES (1, 0, zeroblob(32), 0);

  CREATE TABLE birth (row INTEGER PRIMARY KEY CHECK (row = 1), id BLOB NOT NULL, at INTEGER NOT NULL);

  CREATE TABLE moments (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL);
  CREATE INDEX moments_by_time ON moments (at);
  CREATE TABLE terms (kind INTEGER, term BLOB, seq INTEGER, PRIMARY KEY (kind, term, seq)) WITHOUT ROWID;

  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`;
