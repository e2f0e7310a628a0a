/* Filters above the tables that can be filtered, and what the theme leaves out for keyboard and screen reader.
   Without it every row is simply shown. */
"use strict";

// Sphinx would mark the words of a search on the page found, fails at the theme's icons (their titles have words too),
// and leaves the rest of the page without its scripts.
localStorage.removeItem("sphinx_highlight_terms");

document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("table.filterable").forEach((table) => filters(table, ["criticality", "status", "chapter"]));
    document.querySelectorAll("table.filterable-text").forEach((table) => filters(table, []));
    document.querySelectorAll(".caption[role=heading]").forEach((caption) => caption.setAttribute("aria-level", "2"));
    document.querySelector("aside.sidebar-drawer")?.setAttribute("aria-label", "The site");
    document.querySelector("aside.toc-drawer")?.setAttribute("aria-label", "This page");
    if (!document.querySelector("h1")) {
        const title = document.createElement("h1");
        title.textContent = document.title.split(" - ")[0];
        document.querySelector("article").prepend(title);
    }
    // What scrolls must be reachable by keyboard.
    document.querySelectorAll("pre, figure.formula, .table-wrapper").forEach((box) => {
        if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    });
});

function filters(table, keys) {
    const rows = [...table.tBodies[0].rows];
    const bar = document.createElement("div");
    bar.className = "filters";
    bar.setAttribute("role", "search");
    bar.setAttribute("aria-label", "Filter the table");
    const text = document.createElement("input");
    text.type = "search";
    text.name = "text";
    add(bar, "Contains", text);
    const chosen = keys.map((key) => {
        const select = document.createElement("select");
        select.name = key;
        select.add(new Option("all", ""));
        [...new Set(rows.map((row) => row.dataset[key]))].forEach((value) => select.add(new Option(value, value)));
        add(bar, key[0].toUpperCase() + key.slice(1), select);
        return [key, select];
    });
    const count = document.createElement("output");
    count.setAttribute("aria-live", "polite");
    bar.append(count);
    const apply = () => {
        const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
        let shown = 0;
        rows.forEach((row) => {
            const told = row.textContent.toLowerCase();
            const kept =
                words.every((word) => told.includes(word)) &&
                chosen.every(([key, select]) => !select.value || row.dataset[key] === select.value);
            row.hidden = !kept;
            shown += kept;
        });
        count.textContent = `${shown} of ${rows.length}`;
    };
    bar.addEventListener("input", apply);
    table.closest(".wide").before(bar);
    apply();
}

function add(bar, caption, control) {
    const label = document.createElement("label");
    label.textContent = caption;
    label.append(control);
    bar.append(label);
}
