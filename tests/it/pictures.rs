//! Figures and image files come back as data URLs; the program's own output is untouched.

use crate::harness::{Server, Setup, check, on_each_setup, setups};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// This machine's interpreter may lack matplotlib; then a program that wants it is told by Python
/// itself, and there is nothing else to prove. The image has it.
fn matplotlib(server: &Server) -> bool {
    let answer = server.execute("python", &json!({"code": "import numpy, matplotlib"}));
    if answer["status"] == "ok" {
        return true;
    }
    assert_ne!(server.setup, Setup::Docker, "{answer:#}");
    let expected = json!({"status": "runtime_error", "stderr": {"has": "ModuleNotFoundError"}});
    check("without matplotlib", &answer, &expected);
    println!("matplotlib is not installed here: pictures of figures are not proved");
    false
}

/// The width and height of each picture; fails for what is not a PNG.
fn sizes(answer: &Value) -> Vec<(u32, u32)> {
    let images = answer["images"].as_array().expect("a list of images");
    let size = |url: &Value| {
        let url = url.as_str().unwrap_or_default();
        let text = url.strip_prefix("data:image/png;base64,");
        let bytes = STANDARD.decode(text.unwrap_or_else(|| panic!("no PNG data URL: {url:.60}")));
        let bytes = bytes.expect("it is base64");
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n", "the signature of a PNG");
        assert_eq!(bytes[12..16], *b"IHDR");
        assert_eq!(bytes[bytes.len() - 8..][..4], *b"IEND", "the whole file");
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("4 bytes"));
        (number(16), number(20))
    };
    images.iter().map(size).collect()
}

#[test]
fn figures_come_back_however_they_were_made() {
    let head = "import matplotlib.pyplot as plt\n";
    let rows = [
        (
            "shown",
            "plt.plot([1, 2])\nprint('a')\nplt.show()\nprint('b')",
            "a\nb\n",
            vec![(640, 480)],
        ),
        (
            "left open",
            "plt.plot([1, 2])\nprint('x')",
            "x\n",
            vec![(640, 480)],
        ),
        (
            "saved",
            "plt.figure(figsize=(2, 1), dpi=50)\nplt.plot([1, 2])\nplt.savefig('a.png')\nplt.close()",
            "",
            vec![(100, 50)],
        ),
        (
            "saved and left open is one picture",
            "plt.figure(figsize=(2, 1), dpi=50)\nplt.plot([1, 2])\nplt.savefig('a.png')",
            "",
            vec![(100, 50)],
        ),
        (
            "two windows, in their order",
            "plt.figure(figsize=(1, 2), dpi=50)\nplt.figure(figsize=(3, 1), dpi=50)\nplt.show()",
            "",
            vec![(50, 100), (150, 50)],
        ),
        (
            "shown twice is two pictures, then nothing is left",
            "plt.plot([1]); plt.show()\nplt.plot([2, 1]); plt.show()",
            "",
            vec![(640, 480), (640, 480)],
        ),
        (
            "an image file in a folder, written by hand",
            "import os\nos.mkdir('d')\nplt.figure(figsize=(1, 1), dpi=60)\nplt.savefig('d/b.PNG')\nplt.close('all')",
            "",
            vec![(60, 60)],
        ),
        (
            "closed",
            "plt.plot([1, 2])\nplt.close()\nprint('none')",
            "none\n",
            vec![],
        ),
    ];
    on_each_setup(|server| {
        if !matplotlib(server) {
            return;
        }
        for (name, code, stdout, pictures) in &rows {
            let answer = server.execute("python", &json!({"code": format!("{head}{code}")}));
            let expected = json!({"status": "ok", "stdout": stdout, "stderr": "", "exit_code": 0, "files": []});
            check(name, &answer, &expected);
            assert_eq!(sizes(&answer), *pictures, "{name}");
        }
    });
}

#[test]
fn a_failing_program_keeps_its_figures_and_its_exit_code() {
    let head = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\n";
    let rows = [
        (
            "raise KeyError('k')",
            json!({"status": "runtime_error", "exit_code": 1, "stderr": {"has": "KeyError"}}),
        ),
        (
            "import sys; sys.exit(5)",
            json!({"status": "runtime_error", "exit_code": 5, "stderr": ""}),
        ),
    ];
    on_each_setup(|server| {
        if !matplotlib(server) {
            return;
        }
        for (code, expected) in &rows {
            let answer = server.execute("python", &json!({"code": format!("{head}{code}")}));
            check(code, &answer, expected);
            assert_eq!(sizes(&answer).len(), 1, "{code}");
        }
    });
}

#[test]
fn numpy_works() {
    on_each_setup(|server| {
        if !matplotlib(server) {
            return;
        }
        let code = "import numpy as np\na = np.arange(12.0).reshape(3, 4)\nprint((a @ a.T).trace(), np.linalg.svd(a)[1].size)";
        let answer = server.execute("python", &json!({"code": code}));
        check(
            "numpy",
            &answer,
            &json!({"status": "ok", "stdout": "506.0 3\n", "stderr": "", "images": []}),
        );
    });
}

/// No library needed: what is an image is told by the file's name alone.
#[test]
fn image_files_of_any_program_come_back_once() {
    const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let python = format!(
        "import base64, os\nb = base64.b64decode('{PNG}')\nopen('one.png', 'wb').write(b)\nopen('same.png', 'wb').write(b)\n\
         open('note.txt', 'w').write('x'); open('empty.png', 'w'); os.mkfifo('pipe.png'); os.symlink('/etc/passwd', 'link.png')\n\
         os.symlink('one.png', 'own.png'); os.symlink('/etc', 'etc')"
    );
    let cpp = "#include <cstdio>\nint main(int, char** v) { FILE* f = fopen(\"in.png\", \"rb\"); FILE* g = fopen(\"out.png\", \"wb\");\n\
        for (int c; (c = getc(f)) != EOF;) putc(c, g); fputs(\"more\", g); }";
    for setup in setups() {
        let server = Server::with(setup, &["--max-runners", "1"]);
        let answer = server.execute("python", &json!({"code": python}));
        check(
            "python",
            &answer,
            &json!({"status": "ok", "stdout": "", "stderr": ""}),
        );
        assert_eq!(
            answer["images"],
            json!([format!("data:image/png;base64,{PNG}")])
        );

        let files = json!([{"name": "a.cpp", "content": cpp}, {"name": "in.png", "content": PNG, "encoding": "base64"}]);
        let answer = server.execute("cpp", &json!({"files": files}));
        check("cpp", &answer, &json!({"status": "ok"}));
        let images = answer["images"].as_array().expect("a list");
        assert_eq!(
            images.len(),
            1,
            "an input that did not change is no picture: {images:?}"
        );
        assert_ne!(images[0], json!(format!("data:image/png;base64,{PNG}")));
    }
}
