/** Saved questions, by who would ask them. */
export interface Example {
  chinese: string;
  english: string;
  roles: string[];
  query: string;
  variables?: string;
}

const ALL = ["DEPARTMENT", "BANK", "CREDIT_DISCLOSURE", "OPERATOR"];

export const EXAMPLES: Example[] = [
  {
    chinese: "名录内的矿山及其企业",
    english: "Mines of the directory and their enterprises",
    roles: ALL,
    query: `query Listed {
  mines(first: 20, filter: { standing: { in: [LISTED_NATIONAL, LISTED_PROVINCIAL] } }) {
    totalCount
    nodes { licenceNo name standing enterprise { uscc name } }
  }
}
`,
  },
  {
    chinese: "一座矿山的共享图谱：先填变量 no",
    english: "One mine's graph: fill in the variable no",
    roles: ALL,
    query: `query Mine($no: String!) {
  mine(licenceNo: $no) {
    name standing
    directoryEntries { nodes { level step effectiveOn documentNumber } }
    opinions { totalCount nodes { department nature verdict issuedOn } }
    penalties { totalCount sum(of: FINE) nodes { department documentNumber kinds fine decidedOn } }
  }
}
`,
    variables: `{ "no": "" }`,
  },
  {
    chinese: "各州（市）大型矿山目标进展",
    english: "Targets for large mines, by prefecture",
    roles: ["DEPARTMENT", "BANK", "OPERATOR"],
    query: `query Progress {
  targetProgress(first: 50, filter: { scale: { eq: LARGE }, year: { eq: 2026 } }) {
    nodes { prefecture { name } producing atStandard share target gap }
  }
}
`,
  },
  {
    chinese: "部门间冲突",
    english: "Contradictions between departments",
    roles: ["DEPARTMENT", "OPERATOR"],
    query: `query Conflicts {
  conflicts(first: 20) { totalCount nodes { code subject since department mine { licenceNo name } evidence } }
}
`,
  },
  {
    chinese: "各系统取数情况",
    english: "How the systems are pulled",
    roles: ["OPERATOR"],
    query: `query Sources {
  departments { department sources { code freshness lastSuccessAt failures itemsAccepted itemsQuarantined lastError } }
}
`,
  },
  {
    chinese: "新提交的记录（持续推送）",
    english: "Records as they are posted (a stream)",
    roles: ["DEPARTMENT", "OPERATOR"],
    query: `subscription Posted {
  recordPosted { position kind action department licenceNos recordedAt }
}
`,
  },
];
