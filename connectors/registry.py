"""All connectors and their sandboxes, written out."""

from __future__ import annotations

from types import ModuleType

from connectors.base import Connector
from connectors.credit_disclosure import sandbox as credit_disclosure_sandbox
from connectors.credit_disclosure.connector import CreditDisclosure
from connectors.ecology import sandbox as ecology_sandbox
from connectors.ecology.connector import Ecology
from connectors.finance import sandbox as finance_sandbox
from connectors.finance.connector import Finance
from connectors.financial_regulation import sandbox as financial_regulation_sandbox
from connectors.financial_regulation.connector import FinancialRegulation
from connectors.forestry_grassland import sandbox as forestry_grassland_sandbox
from connectors.forestry_grassland.connector import ForestryGrassland
from connectors.market_regulation import sandbox as market_regulation_sandbox
from connectors.market_regulation.connector import MarketRegulation
from connectors.natural_resources import sandbox as natural_resources_sandbox
from connectors.natural_resources.connector import NaturalResources
from connectors.securities_regulation import sandbox as securities_regulation_sandbox
from connectors.securities_regulation.connector import SecuritiesRegulation

#: In the order of a first pull: mines and enterprises before what is said of them.
CONNECTORS: dict[str, type[Connector]] = {
    connector.manifest.code: connector
    for connector in (
        NaturalResources,
        MarketRegulation,
        Ecology,
        ForestryGrassland,
        Finance,
        FinancialRegulation,
        SecuritiesRegulation,
        CreditDisclosure,
    )
}

SANDBOXES: dict[str, ModuleType] = {
    "natural_resources": natural_resources_sandbox,
    "market_regulation": market_regulation_sandbox,
    "ecology": ecology_sandbox,
    "forestry_grassland": forestry_grassland_sandbox,
    "finance": finance_sandbox,
    "financial_regulation": financial_regulation_sandbox,
    "securities_regulation": securities_regulation_sandbox,
    "credit_disclosure": credit_disclosure_sandbox,
}
