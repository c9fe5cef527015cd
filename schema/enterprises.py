"""What is told of an enterprise beside what the register says of it."""

from typing import Any

from schema.graph import to_all, to_one

WORKED_OUT: dict[str, Any] = {
    "successor": to_one("records", "Enterprise", "合并后承继其权利义务的企业 / the enterprise that has taken it over"),
    "predecessors": to_all(
        "records",
        "Enterprise",
        "由其承继的企业：其处罚等记录仍在原企业名下 / the enterprises that it has taken over: their penalties and all other "
        "records are found under them",
    ),
}
