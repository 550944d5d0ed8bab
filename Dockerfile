FROM python:3.12-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin hindcast \
    && install --directory --owner=hindcast /data/media
WORKDIR /app

COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

# The code belongs to root: what runs cannot change it.
COPY . .
ENV STATIC_ROOT=/app/static-root \
    COLLECTED_STATIC=true \
    MEDIA_ROOT=/data/media
# Settings refuse to start without these; none of the values reaches the image's environment.
RUN SECRET_KEY=only-while-building-and-never-used-to-sign-anything-at-all \
    DATABASE_URL=sqlite://:memory: \
    REDIS_URL=redis://nowhere:1/0 \
    EMAIL_URL=smtp://nowhere:1 \
    SITE_URL=https://build.invalid \
    python manage.py collectstatic --noinput

USER hindcast
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--no-control-socket", "--bind=0.0.0.0:8000", \
     "--workers=2", "--threads=4", "--worker-tmp-dir=/dev/shm"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-m", "tools.check_health"]
