.PHONY: run check test fix lock

run:
	./start

test:
	./test

check:
	./test --quick

fix:
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

# Needs uv; writes the lock files that ./start and ./test install from.
lock:
	uv pip compile --universal --generate-hashes --no-annotate --no-header --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile --universal --generate-hashes --no-annotate --no-header --python-version 3.11 requirements-dev.in -o requirements-dev.txt
