"""The pages of returns and claims: one file for each kind of deed."""

from portal.returns.routes import another_way as another_way
from portal.returns.routes import back_to_card as back_to_card
from portal.returns.routes import claims as claims
from portal.returns.routes import exchanges as exchanges
from portal.returns.routes import passport as passport
from portal.returns.routes import sending_back as sending_back
from portal.returns.routes import way_back as way_back
from portal.returns.routes.door import bp as bp
from portal.returns.routes.withdrawal import withdrawals_bp as withdrawals_bp
