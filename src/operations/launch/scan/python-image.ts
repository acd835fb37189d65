// Pure: how a Python project becomes an image, and the commands that run it.
import type { ImagePlan } from "./detection.ts";
import { envLines, execForm, type ImageInput, minorVersion, safeWord, volumeLine } from "./image-input.ts";
import type { SourceTree } from "./source-tree.ts";

const NEWEST = "3.13";
const OLDEST_MINOR = 9;

/** The image of a Python project. */
export function planPythonImage(input: ImageInput): ImagePlan {
  const { tree, port } = input;
  const { start, server, build = "" } = startOf(input);
  const { manifests, install } = installOf(tree);
  const asked = ["runtime.txt", ".python-version"].map((file) => tree.text(file)).find((text) => text !== undefined);
  const required = /requires-python\s{0,4}=\s{0,4}"([^"]{1,50})"|^python\s{0,4}=\s{0,4}"([^"]{1,50})"/mu.exec(
    tree.text("pyproject.toml") ?? "",
  );
  const wanted = asked ?? (required?.[1] ?? required?.[2] ?? "").replace("^", ">");
  return {
    template: "python",
    values: {
      python: minorVersion(wanted, NEWEST, OLDEST_MINOR),
      manifests,
      install,
      server:
        server === undefined || input.packages.python.has(server)
          ? ""
          : `RUN --mount=type=cache,target=/root/.cache pip install ${server}`,
      build,
      env: envLines(input),
      volume: volumeLine(input, "app"),
      port: String(port),
      start: execForm(start),
    },
  };
}

interface Start {
  readonly start: readonly string[];
  /** Package of the server that runs it. */
  readonly server?: string;
  /** Instruction after the sources are there. */
  readonly build?: string;
}

function startOf({ rule, tree, packages, port }: ImageInput): Start {
  const address = `0.0.0.0:${port}`;
  const gunicorn = (app: string): Start => ({ start: ["gunicorn", "--bind", address, app], server: "gunicorn" });
  const uvicorn = (app: string): Start => ({
    start: ["uvicorn", app, "--host", "0.0.0.0", "--port", String(port)],
    server: "uvicorn",
  });
  if (rule.id === "django") {
    const asgi = packages.python.has("uvicorn") || packages.python.has("daphne");
    const module = djangoModule(tree, asgi ? "asgi" : "wsgi");
    const build = hasStaticRoot(tree)
      ? "RUN SECRET_KEY=build DJANGO_SECRET_KEY=build python manage.py collectstatic --noinput"
      : "";
    const start = packages.python.has("daphne")
      ? { start: ["daphne", "-b", "0.0.0.0", "-p", String(port), `${module}:application`] }
      : asgi
        ? uvicorn(`${module}:application`)
        : gunicorn(`${module}:application`);
    return { ...start, build };
  }
  if (rule.id === "fastapi")
    return uvicorn(
      moduleThat(tree, /^(\w{1,60})(?::\s{0,2}FastAPI)?\s{0,4}=\s{0,4}(?:fastapi\.)?FastAPI\(/mu, "main:app"),
    );
  if (rule.id === "flask") {
    const factory = tree.matching(/\.py$/u).find((path) => /^def create_app\(/mu.test(tree.text(path) ?? ""));
    const direct = moduleThat(tree, /^(\w{1,60})\s{0,4}=\s{0,4}(?:flask\.)?Flask\(/mu, "");
    if (direct !== "") return gunicorn(direct);
    return gunicorn(factory === undefined ? "app:app" : `${moduleName(factory)}:create_app()`);
  }
  const entry = tree.first(["main.py", "app.py", "server.py"]) ?? "main.py";
  if (rule.id === "streamlit") {
    const script = tree
      .matching(/^(?:[\w-]+\/)?[\w-]+\.py$/u)
      .find((path) => /^\s{0,4}(?:import|from) streamlit\b/mu.test(tree.text(path) ?? ""));
    return {
      start: [
        "streamlit",
        "run",
        safeWord(tree.first(["streamlit_app.py", "app.py"]) ?? script, entry),
        `--server.port=${port}`,
        "--server.address=0.0.0.0",
        "--server.headless=true",
      ],
    };
  }
  return { start: ["python", entry] };
}

/** `module:variable` of the shallowest file in which a pattern names a variable. */
function moduleThat(tree: SourceTree, pattern: RegExp, fallback: string): string {
  for (const path of tree.matching(/\.py$/u)) {
    const name = pattern.exec(tree.text(path) ?? "")?.[1];
    if (name !== undefined && !/(?:^|\/)tests?[/_]/u.test(path)) return `${moduleName(path)}:${name}`;
  }
  return fallback;
}

function moduleName(path: string): string {
  return path.replace(/(?:\/__init__)?\.py$/u, "").replaceAll("/", ".");
}

function djangoModule(tree: SourceTree, kind: "asgi" | "wsgi"): string {
  const file = tree.matching(new RegExp(`(?:^|/)${kind}\\.py$`, "u"))[0];
  if (file !== undefined) return moduleName(file);
  const settings = /DJANGO_SETTINGS_MODULE["'],\s{0,4}["']([\w.]{1,100})["']/u.exec(tree.text("manage.py") ?? "")?.[1];
  return `${settings?.split(".")[0] ?? "config"}.${kind}`;
}

function hasStaticRoot(tree: SourceTree): boolean {
  return tree
    .matching(/(?:^|\/)settings(?:\/\w+)?\.py$/u)
    .some((path) => /^\s{0,4}STATIC_ROOT\b/mu.test(tree.text(path) ?? ""));
}

function installOf(tree: SourceTree): { readonly manifests: string; readonly install: string } {
  if (tree.has("uv.lock")) {
    return {
      manifests: "pyproject.toml uv.lock",
      install: "pip install uv && UV_PROJECT_ENVIRONMENT=/opt/venv uv sync --frozen --no-dev --no-install-project",
    };
  }
  if (tree.has("poetry.lock")) {
    return {
      manifests: "pyproject.toml poetry.lock",
      install: 'python -m pip install "poetry>=2,<3" && poetry install --only main --no-root',
    };
  }
  if (tree.has("Pipfile")) {
    const lock = tree.has("Pipfile.lock");
    return {
      manifests: lock ? "Pipfile Pipfile.lock" : "Pipfile",
      install: `pip install pipenv && PIPENV_VERBOSITY=-1 pipenv install ${lock ? "--deploy" : "--skip-lock"}`,
    };
  }
  const listed = tree.first([
    "requirements.txt",
    "requirements.in",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
  ]);
  if (listed !== undefined) {
    const nested = listed.includes("/") || /^\s{0,4}-r\s/mu.test(tree.text(listed) ?? "");
    return { manifests: nested ? "." : listed, install: `pip install -r ${listed}` };
  }
  return { manifests: ".", install: "pip install ." };
}
