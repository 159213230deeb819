//! Debian's packages: installed where whoever builds may do so.

use std::path::Path;

use anyhow::Result;

use crate::command::Program;
use crate::layout::Layout;

/// Whether packages can be installed: on Debian, by root.
pub fn can_install(layout: &Layout) -> bool {
    Path::new("/etc/debian_version").exists()
        && Program::new("id", &layout.root).arg("-u").read().is_ok_and(|id| id.trim() == "0")
}

pub fn is_installed(layout: &Layout, package: &str) -> bool {
    Program::new("dpkg-query", &layout.root)
        .args(["--show", "--showformat=${Status}", package])
        .read()
        .is_ok_and(|status| status.ends_with("ok installed"))
}

pub fn install(layout: &Layout, packages: &[&str]) -> Result<()> {
    println!("   installing {}", packages.join(" and "));
    apt_get(layout).args(["-qq", "update"]).run()?;
    apt_get(layout).args(["-qq", "-y", "--no-install-recommends", "install"]).args(packages).run()
}

fn apt_get(layout: &Layout) -> Program {
    Program::new("apt-get", &layout.root).env("DEBIAN_FRONTEND", "noninteractive")
}
