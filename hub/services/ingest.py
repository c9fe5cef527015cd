from hub.storage.departments import Freshness as Freshness
