"""The students' command, course-lab: a start page with all labs, copies to work in, and starting again.

course-lab               open the start page in JupyterLab
course-lab LAB           open your copy of a lab
course-lab again LAB     put your copy of a lab aside and begin with a new one
"""

from course_utils.start.command import main
from course_utils.start.copies import StartError, start_again, working_copy
from course_utils.start.jupyterlab import open_lab, open_start_page

__all__ = ["StartError", "main", "open_lab", "open_start_page", "start_again", "working_copy"]
