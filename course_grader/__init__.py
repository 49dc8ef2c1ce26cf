"""The instructor's side of the course: releases labs, grades submissions in a sandbox, and reports the results."""
