# Two stages: the first installs what is locked, the second holds nothing but that and Python.
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/opt/cliffhanger
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --extra postgres --no-install-project
COPY bot ./bot
COPY data ./data
RUN uv sync --locked --no-dev --extra postgres --no-editable

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin cliffhanger \
    && install -d -o cliffhanger -g cliffhanger -m 700 /data
COPY --from=build /opt/cliffhanger /opt/cliffhanger
ENV PATH=/opt/cliffhanger/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite+aiosqlite:////data/cliffhanger.sqlite3 \
    METRICS_LISTEN=9464
USER cliffhanger
WORKDIR /data
VOLUME /data
# Inside the container alone; see "Figures" in docs/operating.md.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9464/live', timeout=5)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot", "run"]
