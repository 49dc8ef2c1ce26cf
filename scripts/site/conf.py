"""Sphinx's settings for the course's site; scripts/make_site.py writes the pages and calls Sphinx."""

import os

repository = os.environ["COURSE_REPOSITORY"]
project = "Deep Learning Labs"
version = release = os.environ["COURSE_VERSION"]
html_title = f"{project} {version}"
language = "en"
author = "the contributors of Deep Learning Labs"

extensions = ["myst_nb"]
nb_execution_mode = "off"  # the outputs are saved ones, chosen so that they contain no answer
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
mathjax_path = "mathjax/tex-chtml.js"  # scripts/make_site.py copies it into style/
suppress_warnings = ["myst.header"]  # a page may begin with a small heading

html_theme = "sphinx_book_theme"
html_theme_options = {
    "repository_url": f"https://github.com/{repository}",
    "use_repository_button": True,
    "use_download_button": False,  # it would offer the page's source; each lab links to its notebook instead
    "show_navbar_depth": 1,
    "navbar_persistent": [],  # the search is in the sidebar
    "show_toc_level": 2,
    "home_page_in_toc": True,
}
html_extra_path = ["files"]
html_static_path = ["style"]
html_favicon = "style/icon.svg"
html_css_files = ["course.css"]
html_show_sourcelink = False
html_copy_source = False
