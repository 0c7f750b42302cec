"""Drawings as inline SVG: colours by class so that light, dark and paper each have their own."""
