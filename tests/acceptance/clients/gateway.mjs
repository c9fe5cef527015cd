// A supergraph of the hub and a toy subgraph, served by Hive Gateway's runtime.
import { createServer } from "node:http";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { buildSchema, graphql, parse } from "graphql";
import { composeServices } from "@theguild/federation-composition";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";

const LOANS = `
  type Query { loans: [Loan!]! }
  type Loan @key(fields: "id") { id: ID! mine: Mine! }
  type Mine @key(fields: "licenceNo") { licenceNo: String! loans: [Loan!]! }`;
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])`;
const served = buildSchema(`
  directive @key(fields: String!) repeatable on OBJECT
  scalar _Any
  union _Entity = Loan | Mine
  ${LOANS.replace("type Query {", "type Query { _entities(representations: [_Any!]!): [_Entity]!")}`);
const no = process.env.NO;
const mine = () => ({ __typename: "Mine", licenceNo: no, loans: () => [loan] });
const loan = { __typename: "Loan", id: "loan-1", mine };
const rootValue = {
  loans: () => [loan],
  _entities: ({ representations }) => representations.map((key) => (key.__typename === "Mine" ? mine() : loan)),
};
const toy = createServer(async (request, response) => {
  let body = "";
  for await (const some of request) body += some;
  const { query, variables } = JSON.parse(body);
  const answer = await graphql({ schema: served, source: query, rootValue, variableValues: variables });
  response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
}).listen(0, "127.0.0.1");
await once(toy, "listening");

const { errors, supergraphSdl } = composeServices([
  { name: "hub", url: `${process.env.HUB}/graphql`, typeDefs: parse(readFileSync("subgraph.graphql", "utf8")) },
  { name: "loans", url: `http://127.0.0.1:${toy.address().port}/graphql`, typeDefs: parse(LINK + LOANS) },
]);
if (errors) throw new Error(errors.map((one) => one.message).join());
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
const headers = {
  "content-type": "application/json",
  authorization: `Bearer ${process.env.TOKEN}`,
  "hub-purpose": "POST_LOAN_MONITORING",
};
for (const query of ["{ loans { id mine { name standing } } }", `{ mine(licenceNo: "${no}") { name loans { id } } }`]) {
  const answer = await gateway.fetch("http://gateway.example/graphql", { method: "POST", headers, body: JSON.stringify({ query }) });
  console.log(JSON.stringify(await answer.json()));
}
await gateway[Symbol.asyncDispose]?.();
process.exit(0);
