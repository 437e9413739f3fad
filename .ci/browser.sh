# A browser, a second shell and curl for the tests, for .ci/run to source after engine.sh: install_browser.
#
# What is installed already is used. Else the programs come from Debian's packages.

install_browser() {
  local packages=()
  command -v chromium >/dev/null || packages+=(chromium)
  command -v chromedriver >/dev/null || packages+=(chromium-driver)
  command -v zsh >/dev/null || packages+=(zsh)
  command -v curl >/dev/null || packages+=(curl)
  [ ${#packages[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || { echo "only root can install ${packages[*]}" >&2; return 1; }
  install_packages "${packages[@]}"
}
