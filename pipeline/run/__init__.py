"""The main job: bring an output folder into step with the sources under RAW (contract §2, §4).

`STAGES` is the order of the work. Each stage is a plain function on the run under way; nothing outside it
is changed before `commit`, which is one rename (`store/generations.py`).
"""

from pipeline.run.corpus import Options
from pipeline.run.driver import STAGES, IngestSummary, fit, ingest

__all__ = ["STAGES", "IngestSummary", "Options", "fit", "ingest"]
