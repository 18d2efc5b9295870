# SPDX-License-Identifier: EUPL-1.2
"""Hooks that change one thing of a message each: functions of its root that return what goes on."""
from lxml import etree

from . import xml


def edit(change):
    """A hook out of a function that edits in place."""
    def hook(root):
        change(root)
        return root
    return hook


def setter(name, value, path="."):
    """Sets an attribute of the root, or of the element at `path`; None takes it away."""
    def change(root):
        found = root.find(path)
        if value is None:
            found.attrib.pop(name, None)
        else:
            found.set(name, value)
    return edit(change)


def text(tag, value):
    return edit(lambda root: setattr(root.find(f".//{tag}"), "text", value))


def drop(tag):
    def change(root):
        found = root.find(f".//{tag}")
        found.getparent().remove(found)
    return edit(change)


def again(tag):
    return edit(lambda root: root.find(f".//{tag}").addnext(xml.parse(etree.tostring(root.find(f".//{tag}"),
                                                                                     with_tail=False))))
