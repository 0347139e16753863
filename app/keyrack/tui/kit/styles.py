"""The full paths of style sheets that screens of several features share.

Textual would look for a relative path next to the screen that inherits it.
"""

import os

_HERE = os.path.dirname(__file__)
BOX = os.path.join(_HERE, "box.tcss")  # every dialog
FORM = os.path.join(_HERE, "form.tcss")  # fields with a label and a hint
RECEIPT = os.path.join(_HERE, "receipt.tcss")
LIST = os.path.join(_HERE, "list.tcss")  # entries to choose from
