"""Customers and members of staff, the devices on which they are signed in, and the addresses that parcels go to."""

from portal.accounts.models.address import Address as Address
from portal.accounts.models.door import FRESH as FRESH
from portal.accounts.models.door import LONGEST as LONGEST
from portal.accounts.models.door import STAFF_IDLE as STAFF_IDLE
from portal.accounts.models.door import STAFF_LONGEST as STAFF_LONGEST
from portal.accounts.models.door import Over as Over
from portal.accounts.models.door import Session as Session
from portal.accounts.models.door import SignIn as SignIn
from portal.accounts.models.impersonation import VIEW_LASTS as VIEW_LASTS
from portal.accounts.models.impersonation import Ended as Ended
from portal.accounts.models.impersonation import Impersonation as Impersonation
from portal.accounts.models.impersonation import Mode as Mode
from portal.accounts.models.people import MOST_WRONG as MOST_WRONG
from portal.accounts.models.people import Customer as Customer
from portal.accounts.models.people import Person as Person
from portal.accounts.models.people import Role as Role
from portal.accounts.models.people import Staff as Staff
from portal.accounts.models.second_step import RECOVERY_CODES as RECOVERY_CODES
from portal.accounts.models.second_step import AuthenticatorApp as AuthenticatorApp
from portal.accounts.models.second_step import Passkey as Passkey
from portal.accounts.models.second_step import RecoveryCode as RecoveryCode
from portal.accounts.models.second_step import SecondStep as SecondStep
from portal.accounts.models.word import CustomerWord as CustomerWord
from portal.accounts.models.word import keep_words as keep_words
from portal.accounts.models.word import mail_word as mail_word
from portal.accounts.models.word import phone_word as phone_word
