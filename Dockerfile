# Two stages: durable_rules comes as source, so the first has a compiler; the second carries only what runs.
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
RUN python -m venv /opt/okr-validator
COPY requirements.txt .
RUN /opt/okr-validator/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY validator validator
COPY connectors connectors
COPY rulesets rulesets
RUN /opt/okr-validator/bin/pip install --no-cache-dir --no-deps . \
 && /opt/okr-validator/bin/pip uninstall --yes pip \
 && find /opt/okr-validator -name '__pycache__' -prune -exec rm -rf {} +

FROM python:3.12-slim
# The connector git-folder asks with the git program.
RUN apt-get update && apt-get install --yes --no-install-recommends git openssh-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home okr
COPY --from=build /opt/okr-validator /opt/okr-validator
ENV PATH=/opt/okr-validator/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OKR_VALIDATOR_HOST=0.0.0.0 \
    OKR_VALIDATOR_PORT=8000 \
    OKR_VALIDATOR_ALLOW_REMOTE=1
# A container is reached through the port that its host publishes, so listening beyond loopback is meant here.
# Until keys exist, publish it to loopback or behind something that asks who is calling.
USER 10001
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
ENTRYPOINT ["okr-validator"]
CMD ["serve"]
