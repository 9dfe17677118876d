# The sandbox as an image, for tests in any language: docs/how-to/sandbox-in-containers.md
FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheel .

FROM python:3.13-slim-bookworm
RUN --mount=type=bind,from=build,source=/wheel,target=/wheel \
    pip install --no-cache-dir "$(ls /wheel/midakit-*.whl)[sandbox-tls]" \
    && useradd --system --uid 10001 --no-create-home sandbox \
    && install --directory --owner sandbox /data
USER 10001
# Others reach a container only through ports that are published, so the warning about that says nothing here.
ENV PYTHONWARNINGS=ignore::RuntimeWarning \
    PYTHONDONTWRITEBYTECODE=1 \
    MIDAKIT_SANDBOX_HOST=0.0.0.0 \
    MIDAKIT_SANDBOX_PORT=4010 \
    MIDAKIT_SANDBOX_READY_JSON=true
EXPOSE 4010
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --start-interval=1s \
    CMD ["python", "-m", "midakit.sandbox", "health"]
ENTRYPOINT ["python", "-m", "midakit.sandbox"]
CMD ["serve"]
