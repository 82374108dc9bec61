# Production settings for the checks: keys made on the spot, nothing from a local .env.
random() { python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom($1)).decode())"; }
ENV_FILE=/dev/null
DATABASE_URL=sqlite://:memory:
SECRET_KEY=$(random 60)
NIK_ENCRYPTION_KEYS=$(random 32)
NIK_INDEX_KEY=$(random 33)
ALLOWED_HOSTS=sopcases.example.go.id
