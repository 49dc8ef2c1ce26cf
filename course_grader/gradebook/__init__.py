"""nbgrader's gradebook: opened once for a run, one transaction a submission."""
