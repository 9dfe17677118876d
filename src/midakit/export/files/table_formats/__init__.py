"""Tables of an open table format as a target: a folder for each table, which any engine reads and writes.

    results/        a table of Delta or Iceberg, changed by transactions of its own library
    _midakit/log/   names the plan in force, and for each transaction the calls that it brought

**What makes a row count.** The transaction of its table. All rows of a call and what they replace are in
one transaction, and every row says which call it came from. So a kill between a transaction and the entry
of the log is settled by reading the rows.

**Who may write.** A transaction is tried on the very version that the run has read, and never moved onto
another one by the library. A run begins with an empty transaction of each table: whatever an earlier run
still tries is refused from there on. Where the transaction of an engine came in between, such as a
compaction, ours is made again on top of it. Where the answer was lost, the table says whether it is ours.
"""
