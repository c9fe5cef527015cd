import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/graphiql.css";
import { createRoot } from "react-dom/client";
import "./explorer.css";
import { EXAMPLES } from "./examples";

interface Who {
  role: string;
}

/** A bank names a purpose; the console keeps the one that was stated in this tab. */
function purpose(): Record<string, string> {
  try {
    const { word, reference } = JSON.parse(sessionStorage.getItem("hub-purpose") ?? "") as { word: string; reference: string };
    return word ? { "hub-purpose": word + (reference ? `; ref="${reference}"` : "") } : {};
  } catch {
    return {};
  }
}

const english = localStorage.getItem("hub-language") === "en";
const say = (chinese: string, other: string) => (english ? other : chinese);
document.documentElement.lang = english ? "en" : "zh-CN";
document.title = say("图查询 · 绿色矿山部门协同枢纽", "Explorer · Green Mine Hub");

async function start(): Promise<void> {
  const root = createRoot(document.getElementById("app")!);
  const answer = await fetch("/me/known", { headers: { accept: "application/json" } });
  const { who } = answer.ok ? ((await answer.json()) as { who: Who | null }) : { who: null };
  if (!who) {
    root.render(
      <main className="told">
        <h1>{say("请先登录", "Please sign in")}</h1>
        <p>
          <a href="/sign-in?return=/graphql/explorer">{say("登录", "Sign in")}</a>
        </p>
      </main>,
    );
    return;
  }
  const fetcher = createGraphiQLFetcher({ url: "/graphql", headers: purpose() });
  const described = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...purpose() },
    body: JSON.stringify({ query: "{ __schema { queryType { name } } }" }),
  });
  const open = described.ok && !((await described.json()) as { errors?: unknown }).errors;
  const examples = EXAMPLES.filter(({ roles }) => roles.includes(who.role));
  root.render(
    <>
      <header className="bar">
        <a href="/">{say("绿色矿山部门协同枢纽", "Green Mine Hub")}</a>
        <h1>{say("图查询", "Explorer")}</h1>
        {!open && <p role="status">{say("您的角色不能查看图的结构，示例查询仍可运行。", "The schema is not shown to your role; the examples run all the same.")}</p>}
      </header>
      <GraphiQL
        fetcher={fetcher}
        schema={open ? undefined : null}
        defaultTabs={examples.map(({ chinese, english: other, query, variables }) => ({ query: `# ${say(chinese, other)}\n${query}`, variables: variables ?? null }))}
        shouldPersistHeaders={false}
        storage={tabStorage}
      />
    </>,
  );
}

/** What is typed here stays in this tab. */
const tabStorage = {
  getItem: (key: string) => sessionStorage.getItem(key),
  setItem: (key: string, value: string) => sessionStorage.setItem(key, value),
  removeItem: (key: string) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
  get length() {
    return sessionStorage.length;
  },
};

void start();
