"""Addresses that never get mail, as an operator sees them."""
import hashlib
import sqlite3


def digest(email):
    return hashlib.sha256(email.encode()).hexdigest()


def test_who_is_suppressed_comes_in_by_no_road(publication):
    assert publication.ok("suppress", "add", "Never@Example.ORG").out == "Never@Example.ORG: suppressed\n"
    assert "before" in publication.ok("suppress", "add", "never@example.org").out
    refused = publication.run("subscriber", "add", "never@example.org", "--resubscribe")
    assert refused.code == 65 and "suppressed" in refused.err
    publication.ok("subscriber", "add", "ada@example.org")
    refused = publication.run("subscriber", "set", "ada@example.org", "--email", "never@example.org")
    assert refused.code == 65 and "suppressed" in refused.err
    done = publication.json("subscriber", "import", "-", "--resubscribe", stdin="email\nNEVER@example.org\nbob@example.org\n")
    assert (done["added"], done["suppressed"]) == (1, 1)
    assert publication.states() == {"ada@example.org": "active", "bob@example.org": "active"}
    publication.ok("suppress", "remove", "never@example.org")
    assert publication.run("suppress", "remove", "never@example.org").code == 66
    publication.ok("subscriber", "add", "never@example.org")


def test_suppressing_takes_off_the_list_by_address_and_by_hash(publication):
    publication.ok("subscriber", "import", "-", stdin="email\nada@example.org\nbob@example.org\ncy@example.org\n")
    assert "off the list" in publication.ok("suppress", "add", "ada@example.org").out
    done = publication.ok("suppress", "add", digest("bob@example.org"))
    assert "off the list" in done.err
    assert publication.states() == {"ada@example.org": "unsubscribed", "bob@example.org": "unsubscribed", "cy@example.org": "active"}
    done = publication.run("subscriber", "add", "ada@example.org", "--resubscribe")
    assert done.code == 65 and "suppressed" in done.err


def test_all_that_are_named_or_none(publication):
    done = publication.run("suppress", "add", "ada@example.org", "nonsense")
    assert done.code == 65 and "nonsense" in done.err
    assert publication.json("suppress", "list") == []


def test_what_is_listed_can_be_imported(publication, tmp_path):
    publication.ok("suppress", "add", "ada@example.org", digest("bob@example.org"))
    listed = publication.ok("suppress", "list").out
    rows = publication.json("suppress", "list")
    assert sorted((r["email"], r["why"]) for r in rows if r["email"]) == [("ada@example.org", "operator")]
    assert listed.count("keyed:") == 1
    for row in rows:
        publication.ok("suppress", "remove", row["email"] or row["hash"])
    done = publication.json("suppress", "import", "-", stdin=listed)
    assert (done["added"], done["known"], done["rejected"]) == (2, 0, 0)
    assert publication.run("subscriber", "add", "bob@example.org").code == 65


def test_lists_of_others_are_taken_as_they_come(publication):
    publication.ok("subscriber", "import", "-", stdin="email\na@x.org\nb@x.org\nc@x.org\nd@x.org\ne@x.org\n")
    lists = {
        "a@x.org\n\n# a note\nnot one\n": (1, 1),
        "reason,email,created\n\"bounced, hard\",b@x.org,5\n": (1, 0),
        f"sha256\n{digest('c@x.org').upper()}\n": (1, 0),
        "\ufeffEmail;Grund\nd@x.org;x\n": (1, 0),
    }
    for text, (added, rejected) in lists.items():
        done = publication.json("suppress", "import", "-", stdin=text)
        assert (done["added"], done["rejected"], done["taken_off"]) == (added, rejected, 1), text
    assert [e for e, state in publication.states().items() if state == "active"] == ["e@x.org"]
    done = publication.run("suppress", "import", "-", stdin='email\n"f@x.org\ng@x.org\n')
    assert done.code == 0 and "-:2: a quote that is opened on this line is not closed" in done.err, done
    done = publication.run("suppress", "import", "-", stdin="nothing\nof use\n")
    assert done.code == 65 and "neither an address nor a hash" in done.err


def test_hashes_tell_nobody_who_it_was(publication):
    publication.ok("suppress", "add", digest("bob@example.org"))
    [(stored, email)] = sqlite3.connect(publication.database).execute("SELECT hash, email FROM suppression")
    assert email is None and stored.hex() != digest("bob@example.org") and len(stored) == 32


def test_a_restored_backup_lets_nobody_back(publication, tmp_path):
    publication.ok("subscriber", "import", "-", stdin="email\nada@example.org\nbob@example.org\n")
    publication.ok("db", "backup", tmp_path / "backup.db")
    publication.ok("suppress", "add", "ada@example.org")
    done = publication.json("db", "restore", tmp_path / "backup.db")
    assert done["left"] >= 1
    assert publication.states() == {"ada@example.org": "unsubscribed", "bob@example.org": "active"}
    assert publication.run("subscriber", "add", "ada@example.org", "--resubscribe").code == 65


def test_verbs_say_what_they_need(publication):
    for arguments in (["suppress"], ["suppress", "add"], ["suppress", "list", "x"], ["suppress", "import"], ["suppress", "hide"]):
        assert publication.run(*arguments).code == 64
    assert publication.run("suppress", "import", "missing.txt").code == 66


def test_how_an_imported_list_is_separated_and_encoded_is_said(publication):
    done = publication.ok("suppress", "import", "-", stdin="reason;email\nhard;a@x.org\n")
    assert "-: separated by semicolons" in done.err and done.out.startswith("1 added")
    done = publication.ok("suppress", "import", "-", stdin="reason\temail\nhard\tb@x.org\n".encode("utf-16"))
    assert "-: separated by tabs" in done.err and "-: read as UTF-16LE" in done.err
    assert "separated" not in publication.ok("suppress", "import", "-", stdin="email,reason\nc@x.org,hard\n").err
