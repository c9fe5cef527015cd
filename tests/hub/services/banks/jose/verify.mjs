// Whether each presentation is good, by npm `jose`: signature, type, issuer, audience, times, and every disclosure.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { createLocalJWKSet, jwtVerify } from "jose";

const asked = JSON.parse(readFileSync(process.argv[2], "utf8"));
const keys = createLocalJWKSet(asked.keys);
const options = (typ) => ({ typ, issuer: asked.issuer, algorithms: ["ES256"], currentDate: new Date(asked.now * 1000) });

async function revoked(place) {
  const { payload } = await jwtVerify(asked.statusList, keys, { ...options("statuslist+jwt"), subject: place.uri });
  const bits = inflateSync(Buffer.from(payload.status_list.lst, "base64url"));
  return (bits[place.idx >> 3] >> (place.idx & 7)) & 1;
}

async function said(presented) {
  try {
    const [token, ...disclosures] = presented.split("~");
    if (disclosures.pop() !== "") return "ALTERED";
    const { payload } = await jwtVerify(token, keys, { ...options("dc+sd-jwt"), audience: asked.audience });
    const names = new Set(Object.keys(payload));
    for (const one of disclosures) {
      const told = JSON.parse(Buffer.from(one, "base64url").toString());
      const digest = createHash("sha256").update(one).digest("base64url");
      if (!payload._sd.includes(digest) || told.length !== 3 || names.has(told[1])) return "ALTERED";
      names.add(told[1]);
    }
    return (await revoked(payload.status.status_list)) ? "REVOKED" : "GENUINE";
  } catch (error) {
    return "ALTERED";
  }
}

console.log(JSON.stringify(await Promise.all(asked.presented.map(said))));
