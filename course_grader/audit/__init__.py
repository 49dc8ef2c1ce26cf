"""Is the grader itself right? Wrong and right answers that a lab's tests must tell apart."""
