from base import *

FORM_RENDERER = "portal.forms.Renderer"
