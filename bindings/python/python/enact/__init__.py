"""Law-like rules, decided, explained and compared.

>>> import enact
>>> policies = enact.load({"library_card/2025-01-01.enact": '''
... policy library_card effective from 2025-01-01
... fact age_years: integer
... decision may_borrow: yes/no otherwise no
... rule adults "Adults may borrow" may_borrow is yes when age_years >= 18
... '''})
>>> policies.decide("library_card", {"age_years": 30}, on="2025-06-01")["decisions"][0]["value"]
'yes'
"""

from ._errors import EnactError, FactsError, PolicyError, UsageError
from ._facts import UNKNOWN
from ._policies import Answers, Policies, load

__all__ = ["UNKNOWN", "Answers", "EnactError", "FactsError", "Policies", "PolicyError", "UsageError", "load"]
