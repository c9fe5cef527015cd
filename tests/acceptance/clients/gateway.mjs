// Supergraphs of the hub and a toy subgraph, one by each composer, served by Hive Gateway's runtime.
import { createServer } from "node:http";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import apollo from "@apollo/composition";
import subgraphs from "@apollo/subgraph";
import * as guild from "@theguild/federation-composition";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";

// The same module as Apollo's packages ask for.
const { graphql, parse } = createRequire(import.meta.url)("graphql");

const LOANS = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
  type Query { loans: [Loan!]! }
  type Loan @key(fields: "id") { id: ID! mine: Mine! }
  type Mine @key(fields: "licenceNo") { licenceNo: String! loans: [Loan!]! }`);
const licenceNo = process.env.NO;
const loan = { id: "loan-1", mine: { licenceNo } };
const schema = subgraphs.buildSubgraphSchema([
  {
    typeDefs: LOANS,
    resolvers: {
      Query: { loans: () => [loan] },
      Loan: { __resolveReference: () => loan },
      Mine: { __resolveReference: (key) => key, loans: () => [loan] },
    },
  },
]);
const toy = createServer(async (request, response) => {
  let body = "";
  for await (const some of request) body += some;
  const { query, variables } = JSON.parse(body);
  const answer = await graphql({ schema, source: query, variableValues: variables });
  response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
}).listen(0, "127.0.0.1");
await once(toy, "listening");

const services = [
  { name: "hub", url: `${process.env.HUB}/graphql`, typeDefs: parse(readFileSync("subgraph.graphql", "utf8")) },
  { name: "loans", url: `http://127.0.0.1:${toy.address().port}/graphql`, typeDefs: LOANS },
];
const headers = {
  "content-type": "application/json",
  authorization: `Bearer ${process.env.TOKEN}`,
  "hub-purpose": "POST_LOAN_MONITORING",
};
const queries = ["{ loans { id mine { name standing } } }", `{ mine(licenceNo: "${licenceNo}") { name loans { id } } }`];
for (const composer of [apollo, guild]) {
  const { errors, supergraphSdl } = composer.composeServices(services);
  if (errors?.length) throw new Error(errors.map((one) => one.message).join());
  const gateway = createGatewayRuntime({
    supergraph: supergraphSdl,
    logging: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => ({
        authorization: request.headers.get("authorization"),
        "hub-purpose": request.headers.get("hub-purpose"),
      }),
    },
  });
  for (const query of queries) {
    const asked = { method: "POST", headers, body: JSON.stringify({ query }) };
    console.log(await (await gateway.fetch("http://gateway.example/graphql", asked)).text());
  }
  await gateway[Symbol.asyncDispose]?.();
}
process.exit(0);
