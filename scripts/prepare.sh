# Sourced by the launchers, in the root of the project: a fitting Node and the npm packages of package-lock.json.

if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null; then
  echo "error: Node 20.19 or later is needed; found: $(node --version 2>/dev/null || echo none)" >&2
  exit 1
fi

# npm writes this file last, so that an interrupted installation is never taken for whole.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo 'Installing npm packages' >&2
  npm ci --no-audit --no-fund --no-update-notifier --loglevel=error >&2
fi
