"""What a program may send: read strictly, and described by the very classes that read it."""

from portal.api.forms.reading import read_body as read_body
from portal.api.forms.reading import read_query as read_query
from portal.api.forms.values import Form as Form
from portal.api.forms.values import Nothing as Nothing
from portal.api.forms.values import OfAnOrderQuery as OfAnOrderQuery
from portal.api.forms.values import PageQuery as PageQuery
from portal.api.forms.values import Query as Query
