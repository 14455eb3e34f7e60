"""A project as `startproject` makes it, with its administration alone, put into use on plain HTTP."""
