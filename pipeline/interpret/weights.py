"""How much a cue of a type of work counts, by what it is and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

NAMED = 0.8
"""The share of the points of one name from which on a clause is taken to name a type."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a cue counts by what it is and where it stands; `activities.toml` may say otherwise under `[weights]`."""

    names: float = 8.0
    words: float = 3.0
    hints: float = 1.0
    head: float = 1.7
    """The noun right before the number."""
    governs: float = 1.9
    """The verb that governs the list in which the number stands: 慰问困难职工30户、劳模5名."""
    governed: float = 0.6
    """How much less the nouns count that such a verb lists, of other types than its own."""
    own: float = 1.0
    """The number's own words."""
    far: float = 0.01
    """How much less they count with each character between them and the number."""
    behind: float = 0.9
    """Its own words behind it."""
    joined: float = 0.5
    """Its own words before an enumeration that it goes on with, which belong to the number before: 4名金秋助学、5户大病救助."""
    earlier: float = 0.6
    """The clause before its own words."""
    later: float = 0.4
    """The clause behind its own words."""
    shared: float = 0.8
    """The same, where no cue stands before the number: 56家单位、6150名职工参加了互助保障."""
    carried: float = 0.5
    """The clause before; each one before that counts `fading` of the next."""
    fading: float = 0.85
    ending: float = 1.1
    """How much more what ends such a clause counts, which is its head: 组织电工参加取证培训,…."""
    bare: float = 0.9
    """The clause before, where the number has no words of its own."""
    apart: float = 0.6
    """How much less what stands before a semicolon counts."""
    next: float = 0.15
    """The clause behind."""
    purpose: float = 0.8
    """The clause behind, where the number's clause says what was spent on it: 投入8.6万元,为6家企业建起了职工之家."""
    opening: float = 0.4
    """The words that open the list item."""
    before: float = 0.18
    """The sentence before in the same item; each one before that counts `fading` of the next."""
    heading: float = 0.3
    """The innermost heading; each one above counts half of the one below."""
    going_on: float = 1.5
    """The topic of the number before in the same sentence; half of it for the sentence before in the same item."""
    around: float = 5.5
    """What headings, opening, earlier sentences, the topic that goes on and the office count together at most."""
    office: float = 1.0
    """The reporting office's own work."""
    subject: float = 4.0
    """The one type that the title names."""
    matter: float = 2.5
    """The one type of which the first sentence of a report without a title says that it is its matter: 开展送温暖活动."""
    beside: float = 0.85
    """Where the number's own clause names a type, one that speaks only outside it counts this share of it at most."""
    rival: float = 0.7
    """The same for one that speaks less in the clause than the type named, and more outside it."""
    elliptic: float = 3.0
    """How much more the topic of the number before counts where the clause leaves it out."""
    among: float = 16.0
    """The topic of the number before, where the number is a part of it: 发展会员26人,其中返乡农民工19人."""
    form: float = 0.4
    """How much less a form of work that tells no topic (a meeting) counts for the clauses behind its own."""
    stock: float = 30.0
    """Background figures in a part that is headed so, where no work is told."""
    stock_beside: float = 16.0
    """The same, where the number's own clause names another type: 一、基本情况 … 工资集体合同16份."""
    described: float = 4.0
    """What goes on with a description of the town."""
    described_beside: float = 0.2
    """How much less the town's economy and schools count there, which are background too."""
    told: float = 0.1
    """How much less a cue of background figures counts where work is told: 走访规模以上企业38家."""

    @property
    def heading_names(self) -> float:
        """The points of a name in the second heading above."""
        return self.names * self.heading / 2

    @property
    def named(self) -> float:
        """The points from which on the number's own clause names a type."""
        return NAMED * self.names * self.own
