# One image for web, worker and beat.
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
        python3 python3-pip python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* && useradd --create-home aid
WORKDIR /app
COPY requirements.txt .
RUN python3 -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt
COPY . .
ENV AID_VAR=/data PATH=/app/.venv/bin:$PATH DJANGO_SETTINGS_MODULE=aid_admin.settings
RUN mkdir /data && chown aid /data
USER aid
EXPOSE 8000
