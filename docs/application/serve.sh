#!/bin/sh
# Serves HTTPS on 8443. The certificate is the task's own: the hop is encrypted, and nobody checks the name.
set -eu
umask 077

mkdir -p /tmp/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj /CN=task \
  -keyout /tmp/tls/key.pem -out /tmp/tls/cert.pem 2>/dev/null

# exec: SIGTERM must reach Gunicorn. Two workers per vCPU; keep-alive outlasts the load balancer's idle timeout of 60 s;
# the last requests end before the 60 s after which Fargate kills.
exec gunicorn campshub360.wsgi:application \
  --bind 0.0.0.0:8443 --certfile /tmp/tls/cert.pem --keyfile /tmp/tls/key.pem \
  --worker-class gthread --workers 4 --threads 4 --worker-tmp-dir /tmp \
  --keep-alive 75 --graceful-timeout 50 --limit-request-line 8190 --no-control-socket
