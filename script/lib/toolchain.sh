# Sourced by the commands of script/: makes sure that what they need is there.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$@"
  exit 1
}

# node_fits COMMAND: whether it is a Node that satisfies package.json's engines.
node_fits() {
  "$1" -e '
    const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(require("./package.json").engines.node);
    const [haveMajor, haveMinor] = process.versions.node.split(".");
    process.exit((haveMajor - major || haveMinor - minor) >= 0 ? 0 : 1);
  ' 2>/dev/null
}

# npm, run by the node that is first in PATH: a packaged npm may insist on its own.
run_npm() {
  local cli
  cli=$(command -v npm) ||
    die 'npm is missing. Node from version 18 on, with npm, will do: apt-get install nodejs npm'
  cli=$(readlink -f "$cli")
  case $cli in
    *.js) node "$cli" "$@" ;;
    *) npm "$@" ;;
  esac
}

# Puts a fitting Node first in PATH: the system's, else one fetched into .tools/.
use_node() {
  if node_fits node; then return; fi
  local bin=$PWD/.tools/node_modules/node/bin
  if ! node_fits "$bin/node"; then
    say "No Node here is as new as package.json asks: fetching Node $(<.nvmrc) into .tools/ ..."
    mkdir -p .tools
    # The package fetches the binary of this platform by an install script.
    run_npm install --prefix .tools --no-save --no-audit --no-fund --loglevel=error \
      --ignore-scripts=false "node@$(<.nvmrc)" >&2
    node_fits "$bin/node" || die "npm has left no usable Node in $bin."
  fi
  export PATH=$bin:$PATH
}

# Installs the packages of the lockfile, unless the last installation was of the same one.
install_packages() {
  local installed=node_modules/.installed-package-lock.json
  if cmp -s package-lock.json "$installed"; then return; fi
  if [[ -L node_modules ]]; then
    die 'node_modules is a link, and npm would empty the folder it leads to: remove the link first.'
  fi
  say 'Installing packages ...'
  run_npm ci --no-audit --no-fund --loglevel=error >&2
  cp package-lock.json "$installed"
}

# Installs a Debian package unless one of the commands is there: install_debian PACKAGE COMMAND...
install_debian() {
  local package=$1 command
  shift
  for command in "$@"; do
    if command -v "$command" >/dev/null; then return; fi
  done
  local remedy="The tests need $package: install it."
  command -v apt-get >/dev/null || die "$remedy"
  local as_root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || die "$remedy (Neither root nor sudo is there to do it.)"
    as_root=(sudo)
  fi
  say "Installing $package ..."
  "${as_root[@]}" apt-get update -qq >&2 || say 'apt-get update failed; trying with what is known.'
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --yes --no-install-recommends "$package" >&2 || die "$remedy"
}

# What the tests need besides Node and the packages.
install_test_tools() {
  install_debian redis-server redis-server valkey-server
  install_debian openssl openssl
  install_debian chromium chromium chromium-browser google-chrome
}

# Installs the AWS emulator and the template linter into .tools/python, unless they are there.
install_aws_tools() {
  local folder=.tools/python wanted=script/aws/requirements.txt
  if cmp -s "$wanted" "$folder/requirements.txt"; then return; fi
  # Debian packs apart what venv needs to bring pip along.
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then install_debian python3-venv; fi
  say "Installing the AWS emulator and the template linter into $folder ..."
  python3 -m venv --clear "$folder" ||
    die 'The checks of the infrastructure need Python 3.10 or later with venv: install python3-venv.'
  "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" >&2 ||
    die "pip could not install what $wanted names: is a package index within reach?"
  cp "$wanted" "$folder/requirements.txt"
}
