"""Directory entries."""

from hub.domain import directory
from schema.declared import declared, filter_type, order_type
from schema.graph import Record, to_all, to_one

DirectoryEntryFilter = filter_type("DirectoryEntryFilter", directory.DirectoryEntry)
DirectoryEntryOrder = order_type("DirectoryEntryOrder", directory.DirectoryEntry)


@declared(directory.DirectoryEntry)
class DirectoryEntry(Record):
    mine = to_one("mines", "Mine", "所涉矿山 / the mine")
    authority = to_one("authorities", "Authority", "公告机关 / the announcing authority, if registered")
    versions = to_all("directory", "DirectoryEntry", "全部版本，新的在前 / all versions, newest first")
