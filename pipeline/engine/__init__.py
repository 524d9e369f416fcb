"""Two verbs over RecordBatches: `map(kernel, batches)` and `shuffle(batches, key)`.

A kernel is a module-level function (or a `functools.partial` of one) from RecordBatch to RecordBatch that
imports no engine. `local` maps in a pool of processes; `shuffle` groups rows in Arrow files.
"""
