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

# alone WHAT COMMAND...: runs the command while no other one of this checkout installs the same: two
# installations at once would break each other. The lock of a process that has ended does not count, nor does
# one with the id of this process, which an earlier one had, as in a container.
alone() {
  local lock=.tools/$1.lock owner told='' attempts=0 status=0
  shift
  expect_own_checkout
  mkdir -p .tools
  until (set -o noclobber && echo $$ >"$lock") 2>/dev/null; do
    owner=$(cat "$lock" 2>/dev/null || true)
    if [[ -z $owner ]]; then
      # Another command is about to write it, or nothing can be written here.
      if ((++attempts == 5)); then die "$PWD/$lock cannot be written. Remove it if it is there."; fi
    elif [[ $owner == "$$" ]] || ! kill -0 "$owner" 2>/dev/null; then
      # Another command may have replaced it since: then it goes back.
      if ! mv "$lock" "$lock.$$" 2>/dev/null; then
        [[ -w .tools ]] || die "$PWD/$lock cannot be removed. Remove it if it is there."
        continue
      fi
      [[ $(<"$lock.$$") == "$owner" ]] || ln "$lock.$$" "$lock" 2>/dev/null || true
      rm -f "$lock.$$"
      continue
    elif [[ -z $told ]]; then
      say "Waiting for process $owner, which installs packages here ($PWD/$lock) ..."
      told=yes
    fi
    sleep 1
  done
  "$@"
  status=$?
  rm -f "$lock"
  return $status
}

# Puts a fitting Node first in PATH: the system's, else one fetched into .tools/.
use_node() {
  if node_fits node; then return; fi
  local bin=$PWD/.tools/node_modules/node/bin
  if ! node_fits "$bin/node"; then alone install install_node "$bin"; fi
  export PATH=$bin:$PATH
}

install_node() {
  local bin=$1
  if node_fits "$bin/node"; then return; fi
  say "No Node here is as new as package.json asks: fetching Node $(<.nvmrc) into .tools/ ..."
  # The package fetches the binary of this platform by an install script.
  run_npm install --prefix .tools --no-save --no-audit --no-fund --loglevel=error \
    --ignore-scripts=false "node@$(<.nvmrc)" >&2
  node_fits "$bin/node" || die "npm has left no usable Node in $bin."
}

readonly OFFLINE_REMEDY='The packages come from the registry that npm is configured with (npm config get
registry); a proxy is taken from HTTPS_PROXY. Once they are here, no network is needed.'

# True after `npm ci` or `npm install` by hand: npm's record of node_modules has every package of the lockfile.
is_installed_by_npm() {
  [[ -f node_modules/.package-lock.json ]] && node -e '
    const { packages } = require("./package-lock.json");
    const { packages: installed } = require("./node_modules/.package-lock.json");
    const isThere = ([path, { version, optional, link }]) =>
      !path.startsWith("node_modules/") || optional || link || installed[path]?.version === version;
    process.exit(Object.entries(packages).every(isThere) ? 0 : 1);
  ' 2>/dev/null
}

# Copies of the lockfile: marks of a complete installation.
readonly INSTALLED=node_modules/.installed-package-lock.json
readonly INSTALLED_FOR_SERVING=node_modules/.installed-serving-lock.json

# Installs all packages of the lockfile, unless the last installation was of the same one.
install_packages() {
  if ! cmp -s package-lock.json "$INSTALLED"; then alone install install_all; fi
}

install_all() {
  if cmp -s package-lock.json "$INSTALLED"; then return; fi
  if ! is_installed_by_npm; then
    expect_own_packages
    say 'Installing the packages for development, about 1 GB on disk ...'
    run_npm ci --no-audit --no-fund --loglevel=error >&2 ||
      die 'npm could not install the packages.' "$OFFLINE_REMEDY"
  fi
  cp package-lock.json "$INSTALLED"
}

# Development packages that serving and the everyday commands of `tss` need, too.
readonly SERVING_PACKAGES=(
  esbuild chart.js commander @commander-js/extra-typings @bufbuild/protobuf yauzl
)

# Installs what serving needs, at the lockfile's versions, unless it is there. An installation for
# development is kept as one.
install_serving_packages() {
  if ! cmp -s package-lock.json "$INSTALLED_FOR_SERVING" && ! cmp -s package-lock.json "$INSTALLED"; then
    alone install install_for_serving
  fi
}

install_for_serving() {
  local folder=.tools/serving
  if cmp -s package-lock.json "$INSTALLED_FOR_SERVING"; then return; fi
  if [[ -e $INSTALLED ]] || is_installed_by_npm; then
    install_all
    return
  fi
  expect_own_packages
  say 'Installing the packages for serving, about 200 MB on disk ...'
  rm -rf "$folder" && mkdir -p "$folder"
  cp -r package.json package-lock.json .npmrc stubs "$folder"
  (
    cd "$folder" || exit 1
    # shellcheck disable=SC2016
    node -e '
      const { packages } = require("./package-lock.json");
      const manifest = require("./package.json");
      for (const name of process.argv.slice(1)) {
        manifest.dependencies[name] = packages[`node_modules/${name}`].version;
        delete manifest.devDependencies[name];
      }
      require("node:fs").writeFileSync("package.json", JSON.stringify(manifest));
    ' "${SERVING_PACKAGES[@]}"
    run_npm install --omit=dev --no-audit --no-fund --loglevel=error >&2 || exit 1
    keep_own_runtime
  ) || die 'npm could not install the packages.' "$OFFLINE_REMEDY"
  rm -rf node_modules && mv "$folder/node_modules" . && rm -rf "$folder"
  cp package-lock.json "$INSTALLED_FOR_SERVING"
}

# ONNX Runtime's package brings the libraries of every platform, 240 MB of which are for others.
keep_own_runtime() {
  local own kept
  own=$(node -p 'process.platform + "/" + process.arch')
  for kept in node_modules/onnxruntime-node/bin/*/*/*; do
    if [[ $kept != */"$own" ]]; then rm -rf "$kept"; fi
  done
}

# The checkout of another user would fail in the middle of an installation or build.
expect_own_checkout() {
  if [[ -w . ]]; then return; fi
  die "$(id -un) cannot write to $PWD: work in a clone of your own, or get write permission."
}

expect_own_packages() {
  expect_own_checkout
  if [[ -L node_modules ]]; then
    die 'node_modules is a link, and npm would empty the folder it leads to: remove the link first.'
  fi
  if [[ -e node_modules && ! -w node_modules ]]; then
    die "$(id -un) cannot write to $PWD/node_modules: work in a clone of your own, or get write permission."
  fi
}

# Ends the command when something is missing that only the user can install.
readonly EXIT_MISSING=3

# missing PACKAGE COMMAND...: prints the Debian package unless one of its commands is there.
missing() {
  local package=$1 command
  shift
  for command in "$@"; do
    if command -v "$command" >/dev/null; then return; fi
  done
  echo "$package"
}

# translate SYSTEM PACKAGE...: names of Debian packages on another system.
translate() {
  local system=$1 package
  shift
  for package in "$@"; do
    case $system:$package in
      fedora:redis-server) echo valkey ;;
      fedora:python3-venv) echo python3 ;;
      fedora:faketime | macos:faketime) echo libfaketime ;;
      fedora:fonts-inter) echo rsms-inter-fonts ;;
      macos:redis-server) echo redis ;;
      macos:python3-venv) echo python ;;
      macos:fonts-inter) echo font-inter ;;
      *) echo "$package" ;;
    esac
  done
}

# Installs Debian packages, as root on a system with apt; elsewhere says what to install and ends.
install_system_packages() {
  if (($# == 0)); then return; fi
  local names=$*
  names=${names// /, }
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    say "Missing: $names. This command installs packages as root on Debian or Ubuntu only. Run first:"
    # shellcheck disable=SC2046
    {
      say '  Debian, Ubuntu  sudo apt-get install' "$@"
      say '  Fedora          sudo dnf install' $(translate fedora "$@")
      say '  macOS           brew install' $(translate macos "$@")
    }
    exit $EXIT_MISSING
  fi
  say "Installing $names (Debian packages) ..."
  apt-get update -qq >&2 || say 'apt-get update failed; trying with the lists that are there.'
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "$@" >&2 ||
    die "apt-get could not install $names: install them, then run this command again."
}

missing_browser() { missing chromium chromium chromium-browser google-chrome; }

missing_test_tools() {
  missing redis-server redis-server valkey-server
  missing openssl openssl
  missing faketime faketime
  missing jq jq
  missing_browser
  # Debian packs apart what venv needs to bring pip along.
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

missing_screenshot_tools() {
  missing_browser
  [[ $(fc-list 2>/dev/null) == *Inter* ]] || echo fonts-inter
}

# Requirements of the commands besides Node and the packages. Package names hold no spaces.
# shellcheck disable=SC2046
install_test_tools() { install_system_packages $(missing_test_tools); }
# shellcheck disable=SC2046
install_screenshot_tools() { install_system_packages $(missing_screenshot_tools); }

# install_python_packages NAME REQUIREMENTS WHAT OPTION...: into the virtual environment .tools/NAME, unless
# they are there.
install_python_packages() {
  if ! cmp -s "$2" ".tools/$1/requirements.txt"; then alone "$1" fill_environment "$@"; fi
}

# A copy of the requirements marks a complete installation.
fill_environment() {
  local folder=.tools/$1 requirements=$2 what=$3
  shift 3
  if cmp -s "$requirements" "$folder/requirements.txt"; then return; fi
  say "Installing $what into $folder ..."
  python3 -m venv --clear "$folder" &&
    "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" -r "$requirements" >&2 &&
    cp "$requirements" "$folder/requirements.txt"
}

require_python_packages() {
  install_python_packages "$@" ||
    die "The tests of the infrastructure need the packages of $2. They need Python 3.10 or later" \
      'with venv (Debian: python3-venv), and a package index within reach.'
}

try_python_packages() {
  install_python_packages "$@" ||
    say "The tests with the $3 are skipped. They need Python 3.11 or later and a package index."
}

install_aws_tools() {
  require_python_packages python script/aws/requirements.txt 'the AWS emulator and linters'
}

# Apart from cfn-lint, which wants other versions of its packages.
install_checkov() {
  require_python_packages checkov script/aws/checkov-requirements.txt 'checkov (300 MB)' \
    --no-deps --no-compile
}

install_open_inference_clients() {
  try_python_packages open-inference test/integration/open-inference/requirements.txt \
    'clients of the Open Inference Protocol (400 MB)' --no-deps --no-compile
}

install_http_clients() {
  try_python_packages http-clients test/integration/http/clients/requirements.txt \
    'HTTP clients and schemathesis (110 MB)' --no-deps --no-compile
}

# Builds toxiproxy, which puts faults between the service and Redis, unless it is there. Without it
# the fault suite leaves out the faults of the network.
install_toxiproxy() {
  local folder=$PWD/.tools/toxiproxy version=v2.5.0
  if [[ -x $folder/$version/server ]]; then return; fi
  if ! command -v go >/dev/null; then
    say 'Go is not installed: the fault suite leaves out the faults that toxiproxy makes.'
    return
  fi
  say "Building toxiproxy $version into $folder ..."
  GOBIN=$folder/$version GOFLAGS=-mod=mod \
    go install "github.com/Shopify/toxiproxy/v2/cmd/server@$version" >&2 ||
    say 'The fault suite leaves out the faults that toxiproxy makes.'
}
