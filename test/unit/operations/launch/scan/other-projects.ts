// Layouts of real projects in other languages, rebuilt as small as they can be.
import type { ProjectCase } from "./project-case.ts";

const MIX = `defmodule Shop.MixProject do
  def project, do: [app: :my_shop, version: "0.1.0"]
  defp deps do
    [
      {:phoenix, "~> 1.8"},
      {:DRIVER, ">= 0.0.0"}
    ]
  end
  defp aliases, do: ["assets.deploy": []]
  # "assets.deploy"
end`;

export const OTHER_PROJECTS: readonly ProjectCase[] = [
  {
    name: "fastapi in a package",
    files: {
      "requirements.txt": "# django is not used\nfastapi[standard]>=0.110\nuvicorn\nasyncpg\n",
      "app/main.py": 'from fastapi import FastAPI\napi = FastAPI(title="x")\n\n@api.get("/healthz")\ndef h(): ...',
    },
    expect: {
      framework: "FastAPI",
      source: "fastapi in requirements.txt",
      port: 8_000,
      databases: ["Postgres"],
      start: ["uvicorn", "app.main:api", "--host", "0.0.0.0", "--port", "8000"],
      dockerfile: [/FROM python:3\.13-slim-bookworm/, /pip install -r requirements\.txt/],
      dockerfileNot: [/pip install uvicorn/],
    },
  },
  {
    name: "fastapi with poetry, without a version of python",
    files: {
      "pyproject.toml":
        '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nfastapi = { version = "*", extras = ["all"] }\n',
      "poetry.lock": "",
      "main.py": "app = FastAPI()",
    },
    expect: {
      framework: "FastAPI",
      port: 8_000,
      dockerfile: [/poetry install --only main --no-root/, /pip install uvicorn/],
    },
  },
  {
    name: "flask with uv, an old python and a factory",
    files: {
      "pyproject.toml": '[project]\nname = "x"\nrequires-python = "==3.11.*"\ndependencies = ["Flask~=3.0", "redis"]\n',
      "uv.lock": "",
      "shop/__init__.py": "def create_app():\n  pass",
    },
    expect: {
      framework: "Flask",
      port: 8_080,
      databases: ["Redis"],
      start: ["gunicorn", "--bind", "0.0.0.0:8080", "shop:create_app()"],
      killSignal: "SIGTERM",
      dockerfile: [/FROM python:3\.11-slim/, /uv sync --frozen/, /pip install gunicorn/],
    },
  },
  {
    name: "flask from the tutorial",
    files: {
      "requirements.txt": "flask",
      "app.py":
        'app = Flask(__name__)\n\n@app.route("/health")\ndef h(): ...\napp.run(port=int(os.environ.get("PORT", 5001)))',
    },
    expect: {
      framework: "Flask",
      port: 5_001,
      health: "/health",
      start: ["gunicorn", "--bind", "0.0.0.0:5001", "app:app"],
    },
  },
  {
    name: "django with static files, Celery and pipenv",
    files: {
      Pipfile: '[packages]\ndjango = "*"\ncelery = "*"\npsycopg = "*"\n',
      "Pipfile.lock": "{}",
      "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")',
      "shop/settings.py": 'STATIC_ROOT = BASE_DIR / "s"',
      "shop/wsgi.py": "",
      "shop/migrations/0001_initial.py": "",
      Procfile: "web: gunicorn shop.wsgi\nworker: celery -A shop worker",
      "package.json": '{"scripts":{"start":"webpack"},"devDependencies":{"vite":"7"}}',
    },
    expect: {
      framework: "Django",
      source: "django in Pipfile",
      port: 8_000,
      databases: ["Postgres", "Redis"],
      processes: { web: "gunicorn shop.wsgi", worker: "celery -A shop worker" },
      release: "python manage.py migrate --noinput",
      start: ["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi:application"],
      dockerfile: [/collectstatic/, /pipenv install --deploy/],
    },
  },
  {
    name: "django on SQLite, as startproject makes it",
    files: {
      "requirements.txt": "Django==5.2",
      "manage.py": "",
      "mysite/settings.py": "ENGINE: 'django.db.backends.sqlite3'",
      "mysite/wsgi.py": "",
    },
    expect: {
      framework: "Django",
      port: 8_000,
      databases: ["SQLite"],
      volume: "/data",
      release: "python manage.py migrate --noinput",
      dockerfileNot: [/collectstatic/],
    },
  },
  {
    name: "streamlit",
    files: { "requirements.txt": "streamlit\npandas", "dashboard.py": "import streamlit as st" },
    expect: {
      framework: "Streamlit",
      port: 8_501,
      health: "/_stcore/health",
      start: [
        "streamlit",
        "run",
        "dashboard.py",
        "--server.port=8501",
        "--server.address=0.0.0.0",
        "--server.headless=true",
      ],
    },
  },
  {
    name: "python without a framework",
    files: { "requirements.txt": "requests", "main.py": "" },
    expect: { framework: "Python", port: 8_080, start: ["python", "main.py"] },
  },
  {
    name: "rails 8 with SQLite and credentials",
    files: {
      Gemfile: 'source "https://rubygems.org"\n# gem "pg"\ngem "rails", "~> 8.0"\ngem "sqlite3"\n',
      "Gemfile.lock": "",
      ".ruby-version": "3.3.1\n",
      "config/routes.rb": 'get "up" => "rails/health#show"',
      "config/database.yml": "",
      "config/credentials.yml.enc": "",
    },
    expect: {
      framework: "Rails",
      source: "rails in Gemfile",
      port: 3_000,
      health: "/up",
      databases: ["SQLite"],
      volume: "/rails/storage",
      release: "./bin/rails db:prepare",
      secrets: ["RAILS_MASTER_KEY"],
      dockerfile: [/FROM ruby:3\.3-slim-bookworm/, /libsqlite3-dev/],
    },
  },
  {
    name: "rails with Postgres, Sidekiq and packages from npm",
    files: {
      Gemfile: 'gem "rails"\ngem "pg"\n  gem "sidekiq"\n',
      "Gemfile.lock": "",
      ".ruby-version": "ruby-3.4.2",
      "package.json": '{"scripts":{"build":"x","start":"y"}}',
      "yarn.lock": "",
      Procfile: "web: bin/rails server\nworker: bundle exec sidekiq",
    },
    expect: {
      framework: "Rails",
      port: 3_000,
      databases: ["Postgres", "Redis"],
      secrets: ["SECRET_KEY_BASE"],
      processes: { web: "bin/rails server", worker: "bundle exec sidekiq" },
      dockerfile: [/libpq-dev/, /yarn install --frozen-lockfile/],
    },
  },
  {
    name: "sinatra on puma",
    files: { Gemfile: 'gem "sinatra"\ngem "puma"', "Gemfile.lock": "", "config.ru": "", "app.rb": "get '/health' do" },
    expect: {
      framework: "Ruby (Rack)",
      port: 8_080,
      health: "/health",
      start: ["bundle", "exec", "puma", "--bind", "tcp://0.0.0.0:8080"],
    },
  },
  {
    name: "phoenix on Postgres, as phx.gen.release makes it",
    files: {
      "mix.exs": MIX.replace("DRIVER", "postgrex"),
      "mix.lock": "",
      "rel/overlays/bin/server": "",
      "rel/overlays/bin/migrate": "",
      "assets/package.json": "{}",
    },
    expect: {
      framework: "Phoenix",
      source: "phoenix in mix.exs",
      port: 8_080,
      databases: ["Postgres"],
      secrets: ["SECRET_KEY_BASE"],
      release: "/app/bin/migrate",
      start: ["/app/bin/server"],
      killSignal: "SIGTERM",
      dockerfile: [/mix assets\.deploy/, /PHX_SERVER=true/],
    },
  },
  {
    name: "phoenix on SQLite without release files",
    files: { "mix.exs": MIX.replace("DRIVER", "ecto_sqlite3"), "lib/my_shop/release.ex": "" },
    expect: {
      framework: "Phoenix",
      port: 8_080,
      databases: ["SQLite"],
      volume: "/data",
      env: { DATABASE_PATH: "/data/my_shop.db" },
      secrets: ["SECRET_KEY_BASE"],
      release: "/app/bin/my_shop eval MyShop.Release.migrate",
      start: ["/app/bin/my_shop", "start"],
    },
  },
  {
    name: "elixir without phoenix",
    files: { "mix.exs": "def project, do: [app: :pump]\n# {:phoenix, x}" },
    expect: { framework: "Elixir", port: 8_080, start: ["/app/bin/pump", "start"] },
  },
  {
    name: "laravel with vite",
    files: {
      artisan: "#!/usr/bin/env php",
      "composer.json": '{"require":{"php":"^8.2","laravel/framework":"^12.0"}}',
      "composer.lock": "",
      "package.json": '{"scripts":{"build":"vite build"},"devDependencies":{"vite":"7"}}',
      ".env.example": "APP_KEY=\nDB_CONNECTION=mysql\nDB_PASSWORD=\nAPP_NAME=x",
      "database/migrations/2024_a.php": "",
    },
    expect: {
      framework: "Laravel",
      port: 8_080,
      template: "laravel",
      secrets: ["APP_KEY", "DB_PASSWORD"],
      release: "php artisan migrate --force",
      dockerfile: [/pdo_mysql/, /composer install/],
    },
  },
  {
    name: "plain php",
    files: { "index.php": "<?php", "style.css": "" },
    expect: {
      framework: "PHP",
      port: 8_080,
      template: "php",
      dockerfile: [/COPY --chown=www-data:www-data \. \/app\/public/],
    },
  },
];
