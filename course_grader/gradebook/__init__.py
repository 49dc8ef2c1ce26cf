"""nbgrader's gradebook: opened once per run, one transaction per submission."""
